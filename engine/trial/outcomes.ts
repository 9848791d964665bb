/** What a trial's process says at its end; how it exits after that counts for nothing. */
export const PASSED = "trial passed";
/** It ended with an error in words, not with the end of its process. */
export const REFUSED = "trial refused";
