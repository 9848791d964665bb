import { Script } from "node:vm";
import { jinjaGlobals } from "./jinja-globals.ts";
import {
  Environment,
  Interpreter,
  type Program,
  type Value,
  parse,
  tokenize,
} from "./jinja-library.ts";

/** A template that is invalid, that refuses its input, or that never ends. */
export class TemplateError extends Error {}

/** The longest template, in characters; those of known models have up to some twenty thousand. */
const MAX_TEMPLATE_LENGTH = 1 << 17;
/**
 * The library searches for a block at each blank of a run anew, and Bun cannot interrupt it there.
 */
const LONG_BLANK = /\s{512}/;
/**
 * The time of one request's renderings. Nothing else runs meanwhile; a well-meant template takes
 * milliseconds.
 */
const MAX_MS = 1_000;
/**
 * Longer than any prompt that a model could read, in characters. It also bounds intermediate texts.
 */
const MAX_TEXT_LENGTH = 64 << 20;
/** More turns, tools or characters in a loop than any prompt has. */
const MAX_ITEMS = 200_000;

/** The time that all renderings for one request may take together. */
export class RenderTime {
  #leftMs = MAX_MS;

  /** @throws {TemplateError} when `work` takes longer than what is left. */
  spend<T>(work: () => T): T {
    const startedAt = performance.now();
    try {
      return withinTime(work, Math.max(1, Math.ceil(this.#leftMs)));
    } finally {
      this.#leftMs -= performance.now() - startedAt;
    }
  }
}

/**
 * A Jinja template from a model's file. Model files are not trusted: a template that loops without
 * end or uses too much memory is stopped.
 */
export class BoundedJinja {
  readonly #program: Program;

  /** @throws {TemplateError} when the text is no valid template. */
  constructor(text: string) {
    if (text.length > MAX_TEMPLATE_LENGTH) throw new TemplateError("the template is too long");
    if (LONG_BLANK.test(text)) throw new TemplateError("the template has too many blanks");
    const options = { lstrip_blocks: true, trim_blocks: true };
    this.#program = guarded(() => withinTime(() => parse(tokenize(text, options)), MAX_MS));
  }

  /** @throws {TemplateError} when the template fails, refuses its input, or needs too much memory. */
  render(variables: Readonly<Record<string, unknown>>, time = new RenderTime()): string {
    return guarded(() => {
      const environment = new Environment();
      for (const [name, value] of Object.entries({ ...jinjaGlobals(), ...variables })) {
        environment.set(name, value);
      }
      const interpreter = new WatchedInterpreter(environment);
      return time.spend(() => String(interpreter.run(this.#program).value));
    });
  }
}

class WatchedInterpreter extends Interpreter {
  override evaluate(statement: unknown, scope: unknown): Value {
    const result = super.evaluate(statement, scope);
    const { value } = result;
    const long = typeof value === "string" && value.length > MAX_TEXT_LENGTH;
    const many = Array.isArray(value) && value.length > MAX_ITEMS;
    if (long || many) throw new TemplateError("it asks for too much memory");
    return result;
  }
}

const call = new Script("work()");

/**
 * Ends `work` wherever it is, inside a filter of the library too: writing nested lists as JSON
 * could take years for a few hundred bytes.
 */
function withinTime<T>(work: () => T, timeout: number): T {
  try {
    return call.runInNewContext({ work }, { timeout }) as T;
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw err;
    throw new TemplateError("it comes to no end", { cause: err });
  }
}

/** Any error inside counts as the template's fault, a stack overflow included. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (err) {
    if (err instanceof TemplateError) throw err;
    throw new TemplateError(err instanceof Error ? err.message : String(err), { cause: err });
  }
}
