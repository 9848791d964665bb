import type { Signal } from "../../runtime/light-signal.ts";
import { cosineOfUnits } from "../../vectors/unit-vector.ts";
import type { KeptAnswer, RunOutcome } from "../run-outcome.ts";
import type { Question } from "../question.ts";
import { type Selection, selects } from "../selection.ts";
import type { SimilarQuestion } from "../similar-questions.ts";
import { negationsAgree, numbersAgree } from "./agreement.ts";

interface ShadowOptions {
  /** The text of an answer as it is kept. */
  textOf: (answer: KeptAnswer) => string;
  /** The unit vector of a text, from the embedding model of the cache. */
  vectorOf: (text: string, tenant: string, signal: Signal) => Promise<Float32Array>;
  onFault: (err: unknown) => void;
  now?: () => number;
}

/** A similar answer beside the one that the model gave. */
interface Comparison {
  figures: {
    /** ISO 8601. */
    at: string;
    tenant: string;
    model: string;
    /** Cosine of the two questions. */
    similarity: number;
    /** Cosine of the two answers; null where it could not be computed. */
    answer_similarity: number | null;
    numbers_agree: boolean;
    negations_agree: boolean;
  };
  texts: {
    question: string;
    similar_question: string;
    /** The model's. */
    answer: string;
    /** The cache's. */
    similar_answer: string;
  };
}

/** Comparisons that are held, and how much of each text: a few megabytes in all. */
const MAX_COMPARISONS = 200;
const MAX_CHARACTERS = 2000;
/** Comparisons that may be under way; further ones are skipped. */
const MAX_UNDER_WAY = 8;
const VECTOR_LIMIT_MS = 10_000;

/**
 * Similar answers that were found and not served, beside what the model really answered. The
 * texts are in memory only.
 */
export class Shadow {
  readonly #options: ShadowOptions;
  readonly #comparisons: Comparison[] = [];
  #underWay = 0;
  #compared = 0;
  #skipped = 0;
  #numbersAgree = 0;
  #negationsAgree = 0;
  /** Calls of `drop`: a comparison that began before one must not bring its texts back. */
  #drops = 0;

  constructor(options: ShadowOptions) {
    this.#options = options;
  }

  /** Compares a run's outcome with what the lookup finds, in the background. */
  compare(
    question: Question,
    outcome: RunOutcome,
    lookup: Promise<SimilarQuestion | undefined>,
  ): void {
    void lookup
      .then(async (found) => {
        if (!found) return;
        // A cut or failed answer shows nothing.
        if ("reason" in outcome || this.#underWay >= MAX_UNDER_WAY) this.#skipped += 1;
        else await this.#compare(question, outcome.answer, found);
      })
      .catch(this.#options.onFault);
  }

  /** The figures since start, and the latest comparisons, newest first. */
  report({ withTexts }: { withTexts: boolean }) {
    return {
      compared: this.#compared,
      skipped: this.#skipped,
      numbers_agree: this.#numbersAgree,
      negations_agree: this.#negationsAgree,
      comparisons: this.#comparisons
        .toReversed()
        .map(({ figures, texts }) => (withTexts ? { ...figures, ...texts } : figures)),
    };
  }

  /** Deletes the selected comparisons; the totals stay. */
  drop(selection: Selection): void {
    this.#drops += 1;
    const left = this.#comparisons.filter(({ figures }) => !selects(selection, figures));
    this.#comparisons.splice(0, Infinity, ...left);
  }

  async #compare(
    { tenant, model, text }: Question,
    answer: KeptAnswer,
    { entry, similarity }: SimilarQuestion,
  ): Promise<void> {
    const { textOf, now = Date.now } = this.#options;
    const drops = this.#drops;
    const [made, kept] = [textOf(answer), textOf(entry.answer)];
    this.#underWay += 1;
    const answerSimilarity = await this.#similarity(made, kept, tenant).finally(() => {
      this.#underWay -= 1;
    });
    const figures = {
      at: new Date(now()).toISOString(),
      tenant,
      model,
      similarity: fourDigits(similarity),
      answer_similarity: answerSimilarity,
      numbers_agree: numbersAgree(made, kept),
      negations_agree: negationsAgree(made, kept),
    };
    const texts = {
      question: clipped(text),
      similar_question: clipped(entry.question.text),
      answer: clipped(made),
      similar_answer: clipped(kept),
    };
    this.#compared += 1;
    if (figures.numbers_agree) this.#numbersAgree += 1;
    if (figures.negations_agree) this.#negationsAgree += 1;
    if (drops !== this.#drops) return;
    this.#comparisons.push({ figures, texts });
    if (this.#comparisons.length > MAX_COMPARISONS) this.#comparisons.shift();
  }

  async #similarity(a: string, b: string, tenant: string): Promise<number | null> {
    const { vectorOf, onFault } = this.#options;
    const signal = AbortSignal.timeout(VECTOR_LIMIT_MS);
    try {
      const [x, y] = await Promise.all(
        // The model reads the beginning only.
        [a, b].map((text) => vectorOf(text.slice(0, MAX_CHARACTERS), tenant, signal)),
      );
      if (!x || !y || x.length !== y.length) return null;
      return fourDigits(cosineOfUnits(x, y));
    } catch (err) {
      onFault(err);
      return null;
    }
  }
}

function fourDigits(cosine: number): number {
  return Math.round(cosine * 10_000) / 10_000;
}

function clipped(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
