/** A download as the terminal shows it. */
export interface Progress {
  /** @param totalBytes as far as known: it grows when further parts of the model show */
  update(what: string, completedBytes: number, totalBytes: number): void;
  end(): void;
}

/** Where it is told how the service gets its models. */
export interface ProvisionReports {
  /** A line on the terminal. */
  say: (line: string) => void;
  /** A line in the service's log. */
  log: (fields: Record<string, unknown>, message: string) => void;
  progress: () => Progress;
}
