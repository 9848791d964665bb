import { ERROR_CODES } from "../errors/codes.ts";

/** Why a run ended that no error ended, by the codes of its `reason`. */
const RUN_REASONS: Readonly<Record<string, string>> = {
  interrupted: "The service was stopped or ended while it ran.",
};

/** What a code of a run's `reason` means, where its own sentence was not kept. */
export function sentenceOfReason(code: string): string {
  const known: Readonly<Record<string, { about: string } | undefined>> = ERROR_CODES;
  return RUN_REASONS[code] ?? known[code]?.about ?? code;
}
