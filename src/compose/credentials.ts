import type { Settings } from "../../config/schema.ts";
import { isOwnMachine } from "./own-machine.ts";

type CredentialSettings = Pick<Settings, "forwardAuth" | "ollamaBaseUrl">;

/**
 * Whether what clients prove themselves with goes on to the inference server. A server on this
 * machine has no use for it, and one that was merely found was not named by the operator.
 */
export function forwardsCredentials({ forwardAuth, ollamaBaseUrl }: CredentialSettings): boolean {
  if (forwardAuth !== "auto") return forwardAuth === "always";
  return ollamaBaseUrl !== undefined && !isOwnMachine(ollamaBaseUrl);
}

/** What the operator is told of it at the start; nothing where nothing goes on. */
export function credentialsNotice(settings: CredentialSettings): string | undefined {
  if (!forwardsCredentials(settings)) return undefined;
  const { ollamaBaseUrl } = settings;
  const to = ollamaBaseUrl ? new URL(ollamaBaseUrl).host : "the inference server";
  return (
    `Clients' Authorization and X-Api-Key headers are passed on to ${to} ` +
    "(FORWARD_AUTH=never keeps them here)."
  );
}
