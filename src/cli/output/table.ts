import type { Style, StyleName } from "./style.ts";
import { cut, oneLine, widthOf } from "./text.ts";

export interface Column {
  head: string;
  /** Numbers stand at the right. */
  align?: "right";
  /** May be cut where the terminal is narrow; names and sentences may, numbers not. */
  shrinks?: true;
  /** Is left out where the terminal is too narrow for all; the last such column goes first. */
  spare?: true;
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
/** A name that is cut shorter says little: a spare column goes before. */
const READABLE_WIDTH = 12;

/** A table of single lines, none wider than the terminal. */
export function tableLines(all: Column[], rows: Row[], options: TableOptions): string[] {
  const allCells = rows.map((row) => row.map(plain));
  const measured = all.map(({ head, shrinks = false, spare = false }, at) => ({
    at,
    width: Math.max(widthOf(head), ...allCells.map((row) => widthOf(row[at]?.text ?? ""))),
    shrinks,
    spare,
  }));
  const shownOnes = withoutSpare(measured, options.width);
  const columns = all.filter((_column, at) => shownOnes.some((each) => each.at === at));
  const cells = allCells.map((row) => shownOnes.map(({ at }) => row[at] ?? plain("")));
  const widths = fitted(shownOnes, options.width);
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

interface Measured {
  /** Where it stands among all. */
  at: number;
  width: number;
  shrinks: boolean;
  spare: boolean;
}

/** The columns that there is room for with names that can still be read. */
function withoutSpare(columns: Measured[], limit: number): Measured[] {
  const least = columns.map(({ width, shrinks }) =>
    shrinks ? Math.min(width, READABLE_WIDTH) : width,
  );
  const needed = least.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  const last = columns.findLast(({ spare }) => spare);
  if (needed <= limit || !last) return columns;
  return withoutSpare(
    columns.filter((column) => column !== last),
    limit,
  );
}

/** Takes columns from the widest that may shrink, then from any, then from narrow ones, until the whole fits. */
function fitted(columns: Pick<Measured, "width" | "shrinks">[], limit: number): number[] {
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
