/** How the program ends; docs/cli.md lists them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  wrongUse: 2,
  notRunning: 3,
  notFound: 4,
  /** What shells say of a program that Ctrl-C has ended. */
  interrupted: 130,
  /** And of one that was told to end. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
