import type { Base } from "./base.ts";
import { credentialsNotice } from "./credentials.ts";

/** Tells operators, at the start, what of their settings lets clients' data go further. */
export function sayNotices({
  settings,
  env,
  terminal,
}: Pick<Base, "settings" | "env" | "terminal">) {
  for (const notice of [credentialsNotice(settings), loggedBodiesNotice(env)]) {
    if (notice !== undefined) terminal.say(notice);
  }
}

/** Ollama takes every word that is not one of these for true. */
const OFF = /^(0|f|false)?$/i;

function loggedBodiesNotice(env: Base["env"]): string | undefined {
  const name = "OLLAMA_DEBUG_LOG_REQUESTS";
  if (OFF.test(env[name] ?? "")) return undefined;
  return `${name} is set: an Ollama that is started here writes every request, with its texts, to a temporary folder.`;
}
