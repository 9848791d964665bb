import { WrongUse } from "./cli-error.ts";

/** As src/access/tenant-name.ts has it, which loads more than commands need. */
const PROJECT = /^[A-Za-z0-9._\-/@:]{1,64}$/;

/** The value of `--project`, where there is one. @throws WrongUse for what no project may be called. */
export function projectName(given: string | undefined): string | undefined {
  if (given === undefined || PROJECT.test(given)) return given;
  throw new WrongUse(
    `--project ${given}: expected 1 to 64 letters, digits and . _ - / @ : without spaces`,
  );
}
