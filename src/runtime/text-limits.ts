/**
 * The lengths, in characters, that texts from outside are held to wherever they become a key, a
 * label or a field of a log. This is the one place where they are written down.
 */
export const TEXT_LIMITS = {
  /** Ollama's longest name has a host of 350 and three parts of 80. */
  modelName: 512,
  /** A host's name (253, RFC 1035) with its port, or an address in brackets. */
  host: 320,
  /** A scheme and a host; browsers' extensions have an id in place of one. */
  origin: 512,
  /** An address with its zone: `fe80::1%` and an interface's name. */
  address: 64,
  /** A duration in words, such as `1h30m`. */
  duration: 64,
  /** That of an item has its index. */
  requestId: 64,
  /** What an error tells its client; texts of the inference server can be of any length. */
  errorMessage: 2048,
  /** The field an error is about. */
  errorParam: 256,
  /** In a line of the request log. */
  loggedTarget: 2048,
  loggedHeader: 512,
  loggedMessage: 1024,
  /** In a line that would still be longer than it may be. */
  loggedTightly: 100,
} as const;

/** Bytes of one line of the request log. */
export const LOG_LINE_BYTES = 8192;

/**
 * A text no longer than it may be; a longer one ends in an ellipsis. What is cut off is let go:
 * the engines' own substrings keep the whole text in memory.
 */
export function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : flat(`${text.slice(0, maxChars - 1)}…`);
}

/** A copy that keeps no longer text alive, which a substring does. */
export function flat(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
