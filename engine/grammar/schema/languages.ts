import type { EngineError } from "../../errors.ts";
import { type Automaton, anyText, intersect, isEmpty } from "../text/automaton.ts";
import { formatAutomaton, formatBound, formatWithin } from "../text/formats.ts";
import { limitLength } from "../text/lengths.ts";
import { minimise } from "../text/minimise.ts";
import { parsePattern } from "../text/parse-pattern.ts";
import { patternAutomaton } from "../text/pattern-automaton.ts";
import { PatternError } from "../text/pattern-syntax.ts";
import { type StepBudget, TooComplexError } from "../text/step-budget.ts";
import type { Counts } from "./counts.ts";
import { type Place, refuse } from "./place.ts";
import type { TextShape } from "./texts.ts";

/** The largest automaton that becomes part of a grammar. */
const MAX_TEXT_STATES = 6_000;
/** Steps charged for finding the characters of a `\p{…}`. */
const PROPERTY_STEPS = 200_000;

/** The languages of the strings in one schema; each automaton is made once. */
export class Languages {
  readonly #budget: StepBudget;
  readonly #patterns = new Map<string, Automaton>();
  readonly #texts = new Map<string, Automaton>();
  readonly #sized = new Map<Automaton, Map<string, Automaton>>();
  readonly #properties = new Set<string>();

  constructor(budget: StepBudget) {
    this.#budget = budget;
  }

  /**
   * Strings of any length that every validator takes for ones of these patterns and formats;
   * `undefined` without patterns and formats.
   * @throws {EngineError} 400 for a pattern that cannot be enforced.
   */
  content(texts: TextShape): Automaton | undefined {
    return this.#content(texts, "surely", formatAutomaton);
  }

  /**
   * Strings of any length that at least one validator takes for ones of these patterns and formats.
   * @throws {EngineError} 400
   */
  possibleContent(texts: TextShape): Automaton | undefined {
    return this.#content(texts, "possibly", formatBound);
  }

  #content(
    { patterns, formats }: TextShape,
    reading: string,
    formatOf: (name: string) => Automaton | undefined,
  ): Automaton | undefined {
    if (patterns.length === 0 && formats.length === 0) return undefined;
    const key = JSON.stringify([reading, patterns.map(({ source }) => source), formats]);
    const known = this.#texts.get(key);
    if (known) return known;
    const parts = patterns.map(({ source, place }) => this.pattern(source, place, "pattern"));
    const named = formats.map(formatOf).filter((language) => language !== undefined);
    const [first, ...rest] = [...parts, ...named];
    if (!first) return undefined;
    const made = this.guard(patterns[0]?.place, "pattern", () =>
      rest.reduce((one, other) => this.both(one, other), first),
    );
    this.#texts.set(key, made);
    return made;
  }

  /**
   * `content`, limited to the allowed lengths.
   * @throws {EngineError} 400 when that is too large.
   */
  sized(shape: TextShape, place: Place): Automaton | undefined {
    const content = this.#contentWithin(shape);
    return content && this.#limited(content, shape, place);
  }

  /** `sized`, for strings without a pattern or a format as well. @throws {EngineError} 400 */
  sizedText(shape: TextShape, place: Place): Automaton {
    return this.#limited(this.#contentWithin(shape) ?? anyText, shape, place);
  }

  /**
   * `content`, with variants of the formats that keep to the limits by themselves, unless the
   * patterns then leave nothing.
   */
  #contentWithin(texts: TextShape): Automaton | undefined {
    const { counts } = texts;
    const reading = `within ${counts.min} ${counts.max}`;
    const found = this.#content(texts, reading, (name) => formatWithin(name, counts));
    return found && isEmpty(found) ? this.content(texts) : found;
  }

  #limited(content: Automaton, { patterns, counts }: TextShape, place: Place): Automaton {
    const at = patterns[0]?.place ?? place;
    const name = `${counts.min} ${counts.max}`;
    const known = this.#sized.get(content)?.get(name);
    if (known) return known;
    const keyword = patterns.length > 0 ? "pattern" : lengthKeyword(counts);
    const made = this.guard(at, keyword, () => limitLength(content, counts, this.#budget));
    if (made.length > MAX_TEXT_STATES) throw tooComplex(at, keyword);
    const sizes = this.#sized.get(content) ?? new Map<string, Automaton>();
    this.#sized.set(content, sizes.set(name, made));
    return made;
  }

  /**
   * The strings in which a pattern is found; `keyword` at `place` gives the pattern.
   * @throws {EngineError} 400 for one that cannot be enforced.
   */
  pattern(source: string, place: Place, keyword: "pattern" | "patternProperties"): Automaton {
    const known = this.#patterns.get(source);
    if (known) return known;
    const made = this.guard(place, keyword, () => {
      this.#chargeProperties(source);
      return patternAutomaton(parsePattern(source), this.#budget);
    });
    this.#patterns.set(source, made);
    return made;
  }

  /** The intersection of two languages. @throws {TooComplexError} */
  both(one: Automaton, other: Automaton): Automaton {
    return minimise(intersect(one, other, this.#budget), this.#budget);
  }

  /** Runs `make`, and turns its errors into refusals of a keyword. @throws {EngineError} 400 */
  guard<T>(place: Place | undefined, keyword: string, make: () => T): T {
    try {
      return make();
    } catch (err) {
      if (err instanceof PatternError && place) {
        throw refuse(place, keyword, `cannot be used: ${err.message}`);
      }
      if (err instanceof TooComplexError && place) throw tooComplex(place, keyword);
      throw err;
    }
  }

  /** Charged anew for each schema, so that the outcome does not depend on earlier schemas. */
  #chargeProperties(source: string): void {
    for (const [name] of source.matchAll(/\\[pP]\{[^}]*\}/g)) {
      if (this.#properties.has(name)) continue;
      this.#properties.add(name);
      this.#budget.spend(PROPERTY_STEPS);
    }
  }
}

function tooComplex(place: Place, keyword: string): EngineError {
  return refuse(place, keyword, "makes too large a grammar, with what is beside it");
}

const lengthKeyword = ({ max }: Counts): string => (max < Infinity ? "maxLength" : "minLength");
