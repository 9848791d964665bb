import { LEFT_OUT } from "./left-out.ts";
import { isLoopback, namesGiven } from "./load.ts";
import { misspeltSettings } from "./misspelt.ts";
import type { Settings } from "./schema.ts";

/** Something that no start is refused for, and that is probably not meant. */
export interface SettingWarning {
  /** A sentence. */
  found: string;
  /** What to do, a sentence. */
  todo: string;
}

/** What in an environment is probably meant otherwise. */
export function settingWarnings(
  env: Record<string, string | undefined>,
  settings: Pick<Settings, "apiHost" | "allowUnauthenticated">,
): SettingWarning[] {
  const set = namesGiven(env, []);
  return [
    ...misspeltSettings(env).map(({ name, meant }) => ({
      found: `${name} is set, and no setting has that name.`,
      todo: meant ? `Set ${meant} if that is meant.` : "All names: docs/configuration.md.",
    })),
    ...LEFT_OUT.flatMap(({ names, reason }) =>
      names
        .filter((name) => set.has(name))
        .map((name) => ({
          found: `${name} is not read any more: ${reason}`,
          todo: `Unset ${name}.`,
        })),
    ),
    ...openDoor(settings),
  ];
}

function openDoor({
  apiHost,
  allowUnauthenticated,
}: Pick<Settings, "apiHost" | "allowUnauthenticated">): SettingWarning[] {
  if (isLoopback(apiHost) || !allowUnauthenticated) return [];
  return [
    {
      found: `API_HOST=${apiHost}: whoever reaches this machine can use it, and nobody is asked who he is.`,
      todo: "Keep it to a network that you trust, or put a reverse proxy in front (docs/deployment.md).",
    },
  ];
}
