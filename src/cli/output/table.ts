import type { Style, StyleName } from "./style.ts";
import { cut, oneLine, widthOf } from "./text.ts";

export interface Column {
  head: string;
  /** Numbers stand at the right. */
  align?: "right";
  /** May be cut where the terminal is narrow; names and sentences may, numbers not. */
  shrinks?: true;
}

export type Cell = string | { text: string; style: StyleName };
export type Row = Cell[];

interface TableOptions {
  /** The columns of the terminal. */
  width: number;
  style: Style;
}

const GAP = "  ";
const MIN_WIDTH = 6;

/** A table of single lines, none wider than the terminal. */
export function tableLines(columns: Column[], rows: Row[], options: TableOptions): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths = fitted(
    columns.map(({ head, shrinks = false }, at) => ({
      width: Math.max(widthOf(head), ...cells.map((row) => widthOf(row[at]?.text ?? ""))),
      shrinks,
    })),
    options.width,
  );
  const line = (row: Styled[]): string =>
    row
      .map((cell, at) => shown(cell, columns[at], widths[at] ?? 0, options.style))
      .join(GAP)
      .trimEnd();
  const heads = columns.map(({ head }): Styled => ({ text: head.toUpperCase(), style: "dim" }));
  return [heads, ...cells].map(line);
}

interface Styled {
  text: string;
  style: StyleName | undefined;
}

function plain(cell: Cell): Styled {
  if (typeof cell === "string") return { text: oneLine(cell), style: undefined };
  return { text: oneLine(cell.text), style: cell.style };
}

function shown(cell: Styled, column: Column | undefined, width: number, style: Style): string {
  const text = cut(cell.text, width);
  const gap = " ".repeat(width - widthOf(text));
  const painted = cell.style === undefined ? text : style.apply(cell.style, text);
  return column?.align === "right" ? gap + painted : painted + gap;
}

/** Takes columns from the widest that may shrink, then from any, then from narrow ones, until the whole fits. */
function fitted(columns: { width: number; shrinks: boolean }[], limit: number): number[] {
  const widths = columns.map(({ width }) => width);
  const room = limit - GAP.length * (columns.length - 1);
  const narrow = (mayShrink: (at: number) => boolean, least = MIN_WIDTH): void => {
    while (widths.reduce((sum, width) => sum + width, 0) > room) {
      const candidates = widths.filter((width, at) => mayShrink(at) && width > least);
      if (candidates.length === 0) return;
      const widest = widths.findIndex((w, at) => mayShrink(at) && w === Math.max(...candidates));
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  };
  narrow((at) => columns[at]?.shrinks ?? false);
  narrow(() => true);
  narrow(() => true, 1);
  return widths;
}
