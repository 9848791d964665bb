interface Script {
  /** As it was called. */
  script: string;
  /** What does it now, in Markdown. */
  command: string;
  /** What is not as it was, exit codes among it. */
  differs: string;
}

/** The scripts of earlier versions, and what does their work now. */
export const SCRIPTS: Script[] = [];
