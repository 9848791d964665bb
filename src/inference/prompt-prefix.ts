/**
 * So many characters of a prompt are looked at, about 250 tokens. To read a shorter beginning again
 * costs too little to change an order for it.
 */
const LENGTH = 1024;

/** The constants of FNV-1a, here over two characters at a time. */
const OFFSET = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/** A hash so far, and how many characters are in it. */
interface Prefix {
  hash: number;
  length: number;
}

/**
 * How a prompt begins, as a number: the same for all turns of a conversation, and for prompts that
 * begin with the same instructions. Two that are alike may differ all the same.
 * @param valueOf a field of a request in Ollama's or OpenAI's dialect.
 * @returns undefined where it is shorter than that, or begins with what is no text.
 */
export function promptPrefix(valueOf: (name: string) => unknown): number | undefined {
  const prefix: Prefix = { hash: OFFSET, length: 0 };
  const hasAll =
    addContent(prefix, valueOf("system") ?? valueOf("instructions")) &&
    addContent(prefix, valueOf("messages") ?? valueOf("prompt") ?? valueOf("input"));
  return hasAll && prefix.length >= LENGTH ? prefix.hash : undefined;
}

/** Adds texts, messages and their parts. @returns whether all that was looked at is text. */
function addContent(prefix: Prefix, content: unknown): boolean {
  if (content === undefined || content === null) return true;
  if (typeof content === "string") {
    addText(prefix, content);
    return true;
  }
  if (!Array.isArray(content)) return false;
  for (const part of content) {
    if (prefix.length >= LENGTH) return true;
    if (typeof part !== "object" || part === null) return false;
    const { role, content: inner, text, images } = part as Record<string, unknown>;
    if (images !== undefined) return false;
    if (typeof role === "string") addText(prefix, role);
    const said = inner ?? text;
    // A call of a tool has no text.
    if (said === undefined && role === undefined) return false;
    if (!addContent(prefix, said)) return false;
  }
  return true;
}

function addText(prefix: Prefix, text: string): void {
  const end = Math.min(text.length, LENGTH - prefix.length);
  let { hash } = prefix;
  const last = end - 1;
  let at = 0;
  for (; at < last; at += 2) {
    hash = Math.imul(hash ^ text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 16), PRIME);
  }
  if (at === last) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  prefix.hash = hash;
  prefix.length += Math.max(0, end);
}
