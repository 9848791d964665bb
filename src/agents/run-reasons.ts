import { ERROR_CODES } from "../errors/codes.ts";
import { RUN_ENDS } from "./run-end.ts";

/** Why a run ended that no error ended, by the codes of its `reason`. */
const RUN_REASONS: Readonly<Record<string, string>> = {
  ...RUN_ENDS,
  client_left: "Its client left",
  interrupted: "The service was stopped or ended while it ran.",
};

/** What a code of a run's `reason` means, where its own sentence was not kept. */
export function sentenceOfReason(code: string): string {
  const known: Readonly<Record<string, { about: string } | undefined>> = ERROR_CODES;
  return RUN_REASONS[code] ?? known[code]?.about ?? code;
}
