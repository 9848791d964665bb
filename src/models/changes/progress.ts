import type { ServiceError } from "../../errors/service-error.ts";
import { brokenOff } from "../../errors/unreachable.ts";
import { jsonLines } from "../../hosts/lines.ts";
import { failureOf, upstreamFailure } from "../../hosts/upstream-failure.ts";
import type { UpstreamAnswer } from "../../http/transport.ts";
import { cut } from "../../runtime/text-limits.ts";

/** Where a pull or a create stands, in Ollama's words. */
export interface ModelProgress {
  status: string;
  /** The part of the model that it is about. */
  digest?: string;
  /** Bytes of the part, and those of them that are there. */
  total?: number;
  completed?: number;
}

/** Characters of a text of the server's that is kept. */
const LONGEST_TEXT = 256;

/**
 * The lines of a pull or a create as they come.
 * @throws ServiceError with the server's own words; for an answer that ends without `success`.
 */
export async function* progressOf(answer: UpstreamAnswer): AsyncGenerator<ModelProgress> {
  if (answer.status !== 200) throw await failureOf(answer);
  let last: ModelProgress | undefined;
  // Of many hours, it may be.
  for await (const line of jsonLines(answer.body, { maxBytes: Infinity })) {
    if ("error" in line) throw failureIn(line);
    last = progressIn(line);
    yield last;
  }
  if (last?.status !== "success") throw brokenOff();
}

/** A line that tells of a failure; some say as what status it counts. */
function failureIn(line: Record<string, unknown>): ServiceError {
  const { status } = line;
  return upstreamFailure(typeof status === "number" ? status : 500, line);
}

function progressIn(line: Record<string, unknown>): ModelProgress {
  const { status, digest, total, completed } = line;
  return {
    status: typeof status === "string" ? cut(status, LONGEST_TEXT) : "",
    ...(typeof digest === "string" ? { digest: cut(digest, LONGEST_TEXT) } : {}),
    ...(isCount(total) ? { total } : {}),
    ...(isCount(completed) ? { completed } : {}),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
