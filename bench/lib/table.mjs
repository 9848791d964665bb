/**
 * A Markdown table.
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, at) => (at === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map(line).join("\n");
}

/**
 * A figure of the table; a dash where there is none.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function figure(value, digits = 2) {
  return value === undefined || value === null || Number.isNaN(value) ? "–" : value.toFixed(digits);
}
