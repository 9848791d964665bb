/** The last line of a trial's process. Its exit code counts for nothing. */
export const PASSED = "trial passed";
/** The trial ended with an error, not with a crash. */
export const REFUSED = "trial refused";
