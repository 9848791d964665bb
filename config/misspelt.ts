import { COMMAND_VARIABLES } from "./command-variables.ts";
import { HANDED_ON } from "./handed-on.ts";
import { lettersApart } from "./letters-apart.ts";
import { LEFT_OUT } from "./left-out.ts";
import { SETTINGS } from "./schema.ts";
import { TRACES } from "./traces.ts";

/** A variable that looks like a setting and is none. */
export interface Misspelt {
  name: string;
  /** The setting that is probably meant; undefined where none is near. */
  meant: string | undefined;
}

const SETTING_NAMES: string[] = Object.values(SETTINGS).map(({ env }) => env);

const KNOWN = new Set([
  ...SETTING_NAMES,
  ...[...HANDED_ON, ...TRACES, ...COMMAND_VARIABLES].map(({ env }) => env),
  ...LEFT_OUT.flatMap(({ names }) => names),
]);

/** Names that begin so belong to the service alone, however little they look like a setting. */
const OWN = /^(QUEUE_(CHAT|VLM)|BATCH_(CHAT|VLM)|RESPONSE_CACHE|EMBEDDING_CACHE|TENANT_MAX)_/;

/** Shorter names are near to too many others. */
const LEAST_LENGTH = 7;
const MOST_NAMES = 4096;

/** Variables that are probably settings with a letter wrong. Other programs' variables stay out of it. */
export function misspeltSettings(env: Record<string, string | undefined>): Misspelt[] {
  const names = Object.keys(env)
    .slice(0, MOST_NAMES)
    .filter((name) => name.length >= LEAST_LENGTH && !KNOWN.has(name.toUpperCase()));
  return names.flatMap((name) => {
    const meant = nearest(name.toUpperCase());
    return meant !== undefined || OWN.test(name.toUpperCase()) ? [{ name, meant }] : [];
  });
}

function nearest(name: string): string | undefined {
  let best: string | undefined;
  // A tenth of the letters and one: two in OLLAMA_HOST's length, one in API_PORT's.
  let least = Math.min(3, Math.floor(name.length / 10) + 1) + 1;
  for (const known of SETTING_NAMES) {
    if (Math.abs(known.length - name.length) >= least) continue;
    const letters = lettersApart(known, name);
    if (letters < least) [best, least] = [known, letters];
  }
  return best;
}
