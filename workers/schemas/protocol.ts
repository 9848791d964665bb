/** What is wrong at a place, in words. */
export interface SchemaFault {
  /** A JSON Pointer: into the schema with a `#` before it, into an answer without. */
  path: string;
  message: string;
}

/** A JSON Schema as text, and what it is kept under once it is compiled. */
export interface SchemaText {
  key: string;
  text: string;
}

/** The schema cannot be used. */
export interface Unusable {
  ok: false;
  fault: SchemaFault;
}

/** What is wrong with an answer: nothing where there is no fault. Long lists are cut. */
export interface Verdict {
  ok: true;
  faults: SchemaFault[];
}

/**
 * The tasks of the schema thread: name → what goes in and what comes out. Types only. What is kept
 * compiled is found again by its key; a thread that was lost compiles again.
 */
export interface SchemaTasks {
  /** Answers as soon as the thread has started. */
  begin: { input: undefined; output: undefined };
  compile: { input: SchemaText; output: { ok: true } | Unusable };
  /** @see Verdict. An answer that is no JSON has that as its fault. */
  check: { input: { schema: SchemaText; answer: string }; output: Verdict | Unusable };
}
