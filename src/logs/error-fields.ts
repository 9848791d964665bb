import { inspect } from "node:util";

/** Lengths of what a log keeps of an error; with three causes a line stays well below its limit. */
const MESSAGE_CHARS = 500;
const STACK_CHARS = 1500;
const CAUSES = 3;

/** An error as the service log has it: what it is, where it came from, and why. */
interface ErrorFields {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: ErrorFields;
}

/**
 * What the log keeps of a thrown value. Texts of errors can hold what a client or a server sent, so
 * they are cut; other fields are left out, since libraries hang whole requests on their errors.
 */
export function errorFields(err: unknown, depth = 0): ErrorFields | undefined {
  if (err === undefined || err === null) return undefined;
  if (!(err instanceof Error))
    return { type: typeof err, message: cutText(inspect(err), MESSAGE_CHARS) };
  const { code } = err as { code?: unknown };
  const cause = depth < CAUSES ? errorFields(err.cause, depth + 1) : undefined;
  return {
    type: err.name,
    message: cutText(err.message, MESSAGE_CHARS),
    ...(typeof code === "string" ? { code: cutText(code, 100) } : {}),
    ...(depth === 0 && err.stack !== undefined ? { stack: cutText(err.stack, STACK_CHARS) } : {}),
    ...(cause ? { cause } : {}),
  };
}

/** A text of at most so many characters. */
export function cutText(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars)} … (${text.length} characters)`;
}
