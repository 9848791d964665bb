/** How a trial's process crashed. */
export type Crash = {
  readonly kind: "crashed";
  readonly reason: string;
  /** The model itself is the cause: another trial would end the same. */
  readonly isLasting: boolean;
};

/** The last line of a llama.cpp that aborts: a place in a source file, then the reason. */
const GIVEN_UP = /^(?:.*[/\\])?([\w.-]+\.(?:c|cc|cpp|h|cu|m)):\d+:\s*(.+)$/m;
/** The C++ libraries' message about an uncaught exception: its type, then its text. */
const UNCAUGHT =
  /^(?:libc\+\+abi: )?terminat(?:e called after throwing an instance of|ing due to uncaught exception of type) '?(\w+(?:::\w+)*)'?(?::?\s+(?:what\(\):\s*)?(.+))?$/m;
/** Reasons that lie in the machine, which may have more memory or threads later. */
const SHORT_OF_ROOM = /alloc|memory|mem_|system_error/i;

/** The crash that a process's last output and its signal tell of. */
export function crashFrom(lastWords: string, signal: NodeJS.Signals | null): Crash {
  const reason = reasonIn(lastWords);
  if (reason !== undefined) {
    const isLasting = signal !== "SIGKILL" && !SHORT_OF_ROOM.test(reason);
    return { kind: "crashed", reason, isLasting };
  }
  const how =
    signal === "SIGKILL" ? "it came to no end" : `its process ended with ${signal ?? "an error"}`;
  return { kind: "crashed", reason: how, isLasting: false };
}

function reasonIn(lastWords: string): string | undefined {
  const [, file, reason] = GIVEN_UP.exec(lastWords) ?? [];
  if (reason !== undefined) return `${reason} (${file})`;
  const [, type, text] = UNCAUGHT.exec(lastWords) ?? [];
  return type !== undefined && text !== undefined ? `${text} (${type})` : type;
}
