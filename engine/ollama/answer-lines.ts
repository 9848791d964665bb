import { toEngineError } from "../errors.ts";
import { type Exchange, JSON_PLAIN, NDJSON } from "../http/exchange.ts";
import type { Deliver } from "../inference/answer.ts";
import { collect } from "../inference/join-lines.ts";
import { renderLine } from "../json/render-json.ts";

type Delivery<Line> = {
  readonly exchange: Exchange;
  readonly stream: boolean;
  /** Adds a line to the lines joined so far, where the client wants one object. */
  readonly join: (whole: Line, line: Line) => Line;
  readonly onError: (err: unknown) => void;
};

/**
 * Delivers an answer in Ollama's dialect: as lines, or as one object where the client wants no
 * stream.
 */
export function toClient<Line>({ exchange, stream, join, onError }: Delivery<Line>): Deliver<Line> {
  return async (answer) => {
    if (answer.kind === "object") return exchange.json(200, answer.value);
    if (stream) return sendLines(exchange, answer.lines, onError);
    exchange.json(200, (await collect(answer.lines, join)) ?? {});
  };
}

/**
 * Sends lines as they arrive. An error before the first line gets a status of its own; a later one
 * becomes the last line.
 */
export async function sendLines(
  exchange: Exchange,
  lines: AsyncIterable<unknown>,
  onError: (err: unknown) => void,
): Promise<void> {
  try {
    for await (const line of lines) await exchange.write(NDJSON, `${renderLine(line)}\n`);
    if (!exchange.started) await exchange.write(NDJSON, "");
  } catch (err) {
    if (exchange.signal.aborted) return exchange.drop();
    const { status, message } = toEngineError(err);
    onError(err);
    if (!exchange.started) return exchange.json(status, { error: message }, JSON_PLAIN);
    await exchange.write(NDJSON, `${renderLine({ error: message })}\n`);
  }
  exchange.end();
}

/** Sends only the last line, or the error with its status: a pull without a stream. */
export async function sendLast(
  exchange: Exchange,
  lines: AsyncIterable<unknown>,
  onError: (err: unknown) => void,
): Promise<void> {
  try {
    exchange.json(200, (await collect(lines, (_, line) => line)) ?? {}, JSON_PLAIN);
  } catch (err) {
    if (exchange.signal.aborted) return exchange.drop();
    onError(err);
    const { status, message } = toEngineError(err);
    exchange.json(status, { error: message }, JSON_PLAIN);
  }
}
