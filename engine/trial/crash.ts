/** How a trial's process came down. */
export type Crash = {
  readonly kind: "crashed";
  readonly reason: string;
  /** The model itself is why: another trial of it would end the same. */
  readonly isLasting: boolean;
};

/** How llama.cpp begins the line it gives up with: a source file's place, then the reason. */
const GIVEN_UP = /^(?:.*[/\\])?([\w.-]+\.(?:c|cc|cpp|h|cu|m)):\d+:\s*(.+)$/m;
/** What the two C++ libraries say of an exception that nobody caught: its type, then its text. */
const UNCAUGHT =
  /^(?:libc\+\+abi: )?terminat(?:e called after throwing an instance of|ing due to uncaught exception of type) '?(\w+(?:::\w+)*)'?(?::?\s+(?:what\(\):\s*)?(.+))?$/m;
/** Reasons that may be the machine's, which has more memory or threads at another time. */
const SHORT_OF_ROOM = /alloc|memory|mem_|system_error/i;

/** What the last words of a process and the signal that ended it say about the crash. */
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
