import { cut, LOG_LINE_BYTES, TEXT_LIMITS } from "../../runtime/text-limits.ts";

/** How much of what comes from outside stands in a line. */
export interface Room {
  target: number;
  header: number;
  message: number;
  /** Any other text. */
  text: number;
  images: number;
}

const USUAL_ROOM: Room = {
  target: TEXT_LIMITS.loggedTarget,
  header: TEXT_LIMITS.loggedHeader,
  message: TEXT_LIMITS.loggedMessage,
  text: TEXT_LIMITS.modelName,
  images: 16,
};

/** Escaped six-fold it still fits. */
const TIGHT_ROOM: Room = {
  target: TEXT_LIMITS.loggedTightly,
  header: TEXT_LIMITS.loggedTightly,
  message: TEXT_LIMITS.loggedTightly,
  text: TEXT_LIMITS.loggedTightly,
  images: 4,
};

/** A line with as much as usual of each text, or with little where that would be too long. */
export function fitting(write: (room: Room) => string): string {
  const usual = write(USUAL_ROOM);
  // A character takes three bytes at most: nearly all lines are not measured.
  const fits = usual.length * 3 <= LOG_LINE_BYTES || Buffer.byteLength(usual) <= LOG_LINE_BYTES;
  return fits ? usual : write(TIGHT_ROOM);
}

/** A text from outside, as much of it as there is room for. */
export function shortened(text: string | undefined, maxChars: number): string | undefined {
  return text === undefined ? undefined : cut(text, maxChars);
}
