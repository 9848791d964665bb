/** What the doctor looks at. */
export const CHECKS = [
  "runtime",
  "settings",
  "folder",
  "service",
  "port",
  "ollama",
  "models",
  "disk",
  "memory",
  "graphics",
  "proxies",
] as const;

export type CheckName = (typeof CHECKS)[number];

/** How a thing is: `unknown` where it cannot be told now. */
export type FindingState = "ok" | "warning" | "broken" | "unknown";

/** One line of the doctor's. */
export interface Finding {
  check: CheckName;
  state: FindingState;
  /** What was found, in one line. */
  found: string;
  /** What to do, in one line; null where nothing is to be done. */
  todo: string | null;
}

/** Makes the findings of one check. */
export function findingsOf(check: CheckName) {
  const make = (state: FindingState) => (found: string, todo?: string) => {
    return { check, state, found, todo: todo ?? null } satisfies Finding;
  };
  return {
    ok: (found: string): Finding => make("ok")(found),
    unknown: make("unknown"),
    warning: (found: string, todo: string): Finding => make("warning")(found, todo),
    broken: (found: string, todo: string): Finding => make("broken")(found, todo),
  };
}
