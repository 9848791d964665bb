import { plain } from "./plain.ts";
import { withoutMark, withSmallStart } from "./sentence.ts";

/**
 * The form under which equal texts are found without looking at their meaning. White space around a text is
 * left out; in a plain text also the mark at the end, the capital of a first word that is no name, and the
 * curved apostrophe of "it’s". Other texts keep every character, and of several lines the first one's indent:
 * any of them may be what is asked about.
 */
export function normaliseExact(text: string): string {
  return exactOf(text, plain(text));
}

/** As `normaliseExact`, of a text whose plain sentences are known. */
export function exactOf(text: string, sentences: readonly string[] | undefined): string {
  if (!sentences) return text.includes("\n") ? text.replace(/^\s*\n/, "").trimEnd() : text.trim();
  return withSmallStart([...sentences.slice(0, -1), withoutMark(sentences.at(-1) ?? "")].join(" "));
}
