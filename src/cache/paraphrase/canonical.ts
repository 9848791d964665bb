import { spelledOut } from "./contractions.ts";
import { withoutCourtesy, withoutThanks } from "./courtesy.ts";
import { withoutMark, withSmallStart } from "./sentence.ts";
import { withSpelling } from "./spelling.ts";

/**
 * The form that two plain texts share where they ask the same in the same words: contractions spelt out,
 * typing errors put right, courtesy left out, an indirect question asked directly. All other words stand as
 * they were written and where they were written.
 */
export function canonical(sentences: readonly string[]): string {
  const asked = withoutThanks(sentences);
  const isOnly = asked.length === 1;
  return asked
    .map((sentence) => {
      const words = withSmallStart(sentence).match(/[A-Za-z\d'-]+|[,.?]/g) ?? [];
      const written = spelledOut(withSpelling(words, sentences)).join(" ");
      const spaced = written.replaceAll(/ (?=[,.?])/g, "");
      return withoutMark(withoutCourtesy(spaced, isOnly));
    })
    .join(" | ");
}

/** What is done on purpose: "how do I digest milk" asks how the body does. */
const DEED =
  "sort|install|uninstall|remove|delete|rename|reset|fix|replace|configure|download|upload|merge|reverse|center|print|" +
  "cook|bake|boil|fry|peel|clean|wash|iron|fold|sew|knit|sharpen|descale|tie";
const HOW = new RegExp(`^how (?:(?:do|can) I|to) (?=(?:${DEED}) (?:a|an|the) [^|]+$)`);

/** A canonical form in which "how do I", "how can I" and "how to" are one. */
export const loose = (form: string): string => form.replace(HOW, "how to ");
