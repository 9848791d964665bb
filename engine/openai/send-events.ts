import { type Exchange, SSE } from "../http/exchange.ts";
import { renderLine } from "../json/render-json.ts";

/** Writes one server-sent event. */
export async function sendEvent(exchange: Exchange, value: unknown): Promise<void> {
  await exchange.write(SSE, `data: ${renderLine(value)}\n\n`);
}

/** Writes the mark that ends a stream for OpenAI's clients. */
export async function sendDone(exchange: Exchange): Promise<void> {
  await exchange.write(SSE, "data: [DONE]\n\n");
}
