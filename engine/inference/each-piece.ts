import type { Piece } from "../runner/answer-text.ts";
import type { CompletionEnd } from "../runner/completion.ts";

/**
 * Yields the lines of each piece of a completion, and returns its end. However this generator ends,
 * the completion has ended before, and has given back its slot.
 */
export async function* eachPiece<Line>(
  pieces: AsyncGenerator<Piece, CompletionEnd | undefined>,
  linesOf: (piece: Piece) => Iterable<Line>,
): AsyncGenerator<Line, CompletionEnd> {
  try {
    for (;;) {
      const { value, done } = await pieces.next();
      if (done !== true) yield* linesOf(value);
      else if (value !== undefined) return value;
      else throw new Error("the completion was ended from elsewhere");
    }
  } finally {
    await pieces.return(undefined);
  }
}
