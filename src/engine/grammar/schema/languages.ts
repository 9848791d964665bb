import type { EngineError } from "../../errors.ts";
import { type Automaton, TooComplexError, intersect } from "../text/automaton.ts";
import { formatAutomaton } from "../text/formats.ts";
import { limitLength } from "../text/lengths.ts";
import { minimise } from "../text/minimise.ts";
import { parsePattern } from "../text/parse-pattern.ts";
import { patternAutomaton } from "../text/pattern-automaton.ts";
import { PatternError } from "../text/pattern-syntax.ts";
import { type Place, refuse } from "./place.ts";
import type { TextShape } from "./texts.ts";

/** The largest automaton that becomes part of a grammar. */
const MAX_TEXT_STATES = 6_000;
/** Different patterns in one schema: each costs time, though bounded. */
const MAX_PATTERNS = 300;

/** The languages of texts in one schema, each made once. */
export class Languages {
  readonly #patterns = new Map<string, Automaton>();
  readonly #texts = new Map<string, Automaton>();
  readonly #sized = new Map<Automaton, Map<string, Automaton>>();

  /**
   * The texts that patterns and formats allow, of any length; `undefined` when there are none.
   * @throws {EngineError} 400 for a pattern that cannot be enforced.
   */
  content({ patterns, formats }: TextShape): Automaton | undefined {
    const key = JSON.stringify([patterns.map(({ source }) => source), formats]);
    const known = this.#texts.get(key);
    if (known) return known;
    const parts = patterns.map(({ source, place }) => this.#pattern(source, place));
    const at = patterns[0]?.place;
    const made = guard(at, () => formats.reduce(withFormat, join(parts)));
    if (made) this.#texts.set(key, made);
    return made;
  }

  /** The same, of the right length. @throws {EngineError} 400 when that is too large a grammar. */
  sized(shape: TextShape, place: Place): Automaton | undefined {
    const content = this.content(shape);
    if (!content) return undefined;
    const at = shape.patterns[0]?.place ?? place;
    const { min, max } = shape.counts;
    const known = this.#sized.get(content)?.get(`${min} ${max}`);
    if (known) return known;
    const made = guard(at, () => limitLength(content, min, max));
    if (made.length > MAX_TEXT_STATES) throw tooComplex(at);
    const sizes = this.#sized.get(content) ?? new Map<string, Automaton>();
    this.#sized.set(content, sizes.set(`${min} ${max}`, made));
    return made;
  }

  #pattern(source: string, place: Place): Automaton {
    const known = this.#patterns.get(source);
    if (known) return known;
    if (this.#patterns.size >= MAX_PATTERNS) {
      throw refuse(place, "pattern", `is one of more than ${MAX_PATTERNS}`);
    }
    const made = guard(place, () => patternAutomaton(parsePattern(source)));
    this.#patterns.set(source, made);
    return made;
  }
}

function guard<T>(place: Place | undefined, make: () => T): T {
  try {
    return make();
  } catch (err) {
    if (err instanceof PatternError && place) {
      throw refuse(place, "pattern", `cannot be used: ${err.message}`);
    }
    if (err instanceof TooComplexError && place) throw tooComplex(place);
    throw err;
  }
}

function tooComplex(place: Place): EngineError {
  return refuse(place, "pattern", "makes too large a grammar, with the limits of length beside it");
}

function join(parts: readonly Automaton[]): Automaton | undefined {
  const [first, ...rest] = parts;
  return first && rest.reduce((one, other) => minimise(intersect(one, other)), first);
}

function withFormat(language: Automaton | undefined, name: string): Automaton | undefined {
  const format = formatAutomaton(name);
  return format && language ? minimise(intersect(language, format)) : (format ?? language);
}
