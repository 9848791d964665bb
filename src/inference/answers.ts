import { withEarlyEnd, withFirst } from "../http/early-end.ts";
import { Tail } from "../http/tail.ts";
import type { ForwardRequest, Transport, UpstreamAnswer } from "../http/transport.ts";
import { jsonBody, jsonLines } from "../hosts/lines.ts";
import { failureOf, upstreamFailure } from "../hosts/upstream-failure.ts";
import { tellOfTruncation } from "./truncation.ts";
import type { Turn } from "./turn.ts";
import { usageOf, usageOfPassed } from "./usage.ts";

/** A line or whole answer of Ollama. */
export type OllamaAnswer = Record<string, unknown>;

/** An answer whole. Ends the turn. @throws ServiceError; the turn's reason. */
export async function whole(turn: Turn, answer: UpstreamAnswer): Promise<OllamaAnswer> {
  turn.heldBy("answer", answer.isBeingRead);
  try {
    if (answer.status !== 200) throw await failureOf(answer);
    const body = await jsonBody(answer.body);
    turn.record.usage = usageOf(body);
    tellOfTruncation(turn.record, body);
    turn.complete();
    return body;
  } catch (err) {
    throw turn.fail(err);
  }
}

/**
 * An answer line by line. The first is there when this settles, so that a failure before it is
 * still a status. The turn ends with the last line, or when the generator is ended early.
 * @throws ServiceError; the turn's reason. The generator throws the same, mid-stream.
 */
export async function lines(
  turn: Turn,
  answer: UpstreamAnswer,
): Promise<AsyncGenerator<OllamaAnswer>> {
  // All of it may have come while its client has not taken it.
  turn.heldBy("answer", () => true);
  const all = linesOf(turn, answer);
  return withFirst(await all.next(), all);
}

async function* linesOf(turn: Turn, answer: UpstreamAnswer): AsyncGenerator<OllamaAnswer> {
  try {
    if (answer.status !== 200) throw await failureOf(answer);
    let last: OllamaAnswer | undefined;
    // A line is a token, where the last one, which tells, does not come.
    const soFar = { ...usageOf({}), outputTokens: 0, isEstimated: true };
    for await (const line of jsonLines(answer.body)) {
      if (typeof line["error"] === "string") throw upstreamFailure(500, line);
      if (line["done"] === true) {
        last = line;
        tellOfTruncation(turn.record, line);
      }
      soFar.outputTokens += 1;
      // It is known to whoever is given the line.
      turn.record.usage = last ? usageOf(last) : soFar;
      yield line;
    }
    if (!last) throw new Error("the answer ended without its last line");
    turn.complete();
  } catch (err) {
    throw turn.fail(err);
  } finally {
    turn.abandon();
  }
}

/** An answer's bytes as they come, whatever its status. Ends the turn as `lines` does. */
export function pieces(
  turn: Turn,
  answer: UpstreamAnswer,
  requestBytes: number,
): AsyncGenerator<Uint8Array> {
  turn.heldBy("answer", () => true);
  return withEarlyEnd(piecesOf(turn, answer, requestBytes), () => turn.abandon());
}

async function* piecesOf(
  turn: Turn,
  answer: UpstreamAnswer,
  requestBytes: number,
): AsyncGenerator<Uint8Array> {
  const { status, contentType } = answer;
  const tail = new Tail();
  let bytes = 0;
  try {
    for await (const piece of answer.body) {
      bytes += piece.byteLength;
      tail.add(piece);
      yield piece;
    }
    if (status === 200) {
      turn.record.usage = usageOfPassed({ contentType, tail, bytes, requestBytes });
    }
    turn.complete();
  } catch (err) {
    throw turn.fail(err);
  } finally {
    turn.abandon();
  }
}

/** What is passed on, and what is told of its answer. */
type ForwardedRequest = Omit<ForwardRequest, "origin" | "signal" | "heldUp" | "onHead" | "trace">;

/**
 * Passes the client's request on, and the answer back, byte by byte. Ends the turn.
 * @throws as `Transport.forward`.
 */
export function forwarded(
  turn: Turn,
  transport: Pick<Transport, "forward">,
  { exchange, body, headers, addHeaders, lastWords, onEnd }: ForwardedRequest,
): Promise<Response> {
  const requestBytes = typeof body === "object" ? body.byteLength : 0;
  let hasEnded = false;
  const { origin, signal } = turn;
  turn.heldBy("forwarded call", () => !hasEnded);
  turn.sent(origin);
  return transport.forward({
    exchange,
    signal,
    origin,
    body,
    headers,
    heldUp: turn.record.heldUp,
    trace: turn.record.trace,
    onHead: (status) => turn.began(status),
    addHeaders,
    lastWords,
    onEnd: (end) => {
      hasEnded = true;
      const { status, complete, contentType, bytes, tail } = end;
      // Of an answer that was given up, too.
      if (status === 200) {
        turn.record.usage = usageOfPassed({ contentType, tail, bytes, requestBytes });
      }
      if (complete) turn.complete();
      onEnd(complete ? end : { ...end, err: turn.fail(end.err) });
    },
  });
}
