/** A fenced block of a page. */
export interface CodeBlock {
  /** The page's path in the project. */
  page: string;
  /** The line of its opening fence, from 1. */
  line: number;
  language: string;
  /** What stands behind the language, where readers do not see it. */
  mark: string;
  code: string;
}

const FENCE = /^( *)(`{3,}|~{3,}) *(\S*) *(.*)$/;

/**
 * The fenced blocks of a page, in its order.
 * @throws Error when a fence is not closed.
 */
export function codeBlocks(page: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = "", fence = "", language = "", mark = ""] = FENCE.exec(lines[at] ?? "") ?? [];
    if (fence === "") continue;
    const line = at + 1;
    const end = lines.findIndex((other, i) => i > at && closes(fence, other));
    if (end < 0) throw new Error(`${page}:${line}: the block does not end`);
    const inside = lines.slice(line, end).map((other) => withoutIndent(other, indent.length));
    blocks.push({ page, line, language, mark: mark.trim(), code: inside.join("\n") });
    at = end;
  }
  return blocks;
}

function closes(fence: string, line: string): boolean {
  const mark = line.trim();
  return mark.length >= fence.length && mark === fence.charAt(0).repeat(mark.length);
}

/** A block in a list stands as far in as its fence. */
function withoutIndent(line: string, depth: number): string {
  return line.slice(0, depth).trim() === "" ? line.slice(depth) : line;
}
