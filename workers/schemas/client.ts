import { ServiceError } from "../../src/errors/service-error.ts";
import { BoundedLru } from "../../src/runtime/bounded-lru.ts";
import type { Caller } from "../../src/runtime/caller.ts";
import { Turnstile } from "../../src/runtime/turnstile.ts";
import { type RawThread, type Starvation, ThreadCalls } from "../thread-calls.ts";
import { placeOf } from "./pointers.ts";
import type { SchemaTasks, SchemaText, Unusable } from "./protocol.ts";

interface SchemaThreadOptions {
  /** Starts a thread that holds nothing. `onEnd` is told when it has ended by itself. */
  open: (onEnd: (err: unknown) => void) => RawThread;
  /** Milliseconds for a task; the thread of one that takes longer is ended. */
  deadlineMs: number;
  /** The same for the start of a thread. */
  startMs: number;
  /** As of ThreadCalls: no schema is to blame for a machine that has no processor for it. */
  starved?: Starvation;
  /** Told of each thread that was lost. */
  onFault: (err: unknown) => void;
}

/** Schemas that ran out of time, which are refused for a while without another try. */
const MOST_SLOW = 256;
const SLOW_FOR_MS = 60_000;

/** Schemas that are known to be usable: as many as the thread keeps compiled. */
const MOST_USABLE = 512;

type Output<K extends keyof SchemaTasks> = Promise<SchemaTasks[K]["output"]>;

/**
 * The typed way to the one thread where clients' schemas are compiled and run. Tasks go in one by
 * one, tenants in turn: one that runs out of time ends the thread, and no other's task with it.
 *
 * What needs the thread throws ServiceError `shutting_down`, the caller's reason, or an Error when
 * no thread starts.
 */
export class SchemaThread {
  readonly #calls: ThreadCalls<SchemaTasks>;
  readonly #deadlineMs: number;
  readonly #turnstile = new Turnstile({ atOnce: 1 });
  readonly #slow = new BoundedLru<Unusable>({
    maxSize: MOST_SLOW,
    maxBytes: Infinity,
    ttlMs: SLOW_FOR_MS,
    bytesOf: () => 0,
  });
  readonly #usable = new BoundedLru<true>({
    maxSize: MOST_USABLE,
    maxBytes: Infinity,
    bytesOf: () => 0,
  });
  #hasStarted = false;

  constructor({ onFault, ...options }: SchemaThreadOptions) {
    this.#deadlineMs = options.deadlineMs;
    this.#calls = new ThreadCalls({
      ...options,
      name: "schema thread",
      onFault: (err) => {
        this.#hasStarted = false;
        onFault(err);
      },
    });
  }

  /** Tasks that are not done yet. */
  get size(): number {
    return this.#turnstile.size;
  }

  /** Says whether a schema can be used: of one that could be before at once. */
  async compile(schema: SchemaText, caller: Caller): Output<"compile"> {
    const { key } = schema;
    // The way to the thread and back costs more than all that it has to do there.
    if (this.#usable.get(key) && !this.#slow.get(key)) return { ok: true };
    const compiled = await this.#run("compile", schema, { schema, caller });
    if (compiled.ok) this.#usable.set(key, true);
    return compiled;
  }

  /** Says what is wrong with an answer. */
  check(schema: SchemaText, answer: string, caller: Caller): Output<"check"> {
    return this.#run("check", { schema, answer }, { schema, caller });
  }

  /** Ends the thread; what is under way fails. All callers await the same end. */
  destroy(): Promise<void> {
    return this.#calls.destroy();
  }

  #run<K extends "compile" | "check">(
    name: K,
    input: SchemaTasks[K]["input"],
    { schema, caller }: { schema: SchemaText; caller: Caller },
  ): Promise<SchemaTasks[K]["output"] | Unusable> {
    return this.#turnstile.run(caller, async () => {
      const slow = this.#slow.get(schema.key);
      if (slow) return slow;
      if (!this.#hasStarted) await this.#calls.run("begin", undefined);
      this.#hasStarted = true;
      try {
        return await this.#calls.run(name, input);
      } catch (err) {
        if (err instanceof ServiceError) throw err;
        const unusable = this.#outOfTime(name, schema);
        this.#slow.set(schema.key, unusable);
        return unusable;
      }
    });
  }

  #outOfTime(name: "compile" | "check", { text }: SchemaText): Unusable {
    const what = `takes longer than ${this.#deadlineMs} ms or too much memory`;
    if (name === "compile") return { ok: false, fault: { path: "#", message: `${what} to read` } };
    const path = placeOf(JSON.parse(text), isPattern) ?? "#";
    return { ok: false, fault: { path, message: `${what} to check an answer with` } };
  }
}

/** What is likely to run for ever. */
function isPattern(key: string, value: unknown): boolean {
  return key === "patternProperties" || (key === "pattern" && typeof value === "string");
}
