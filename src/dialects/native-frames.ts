import { renderError } from "../errors/render.ts";
import { jsonLine } from "../runtime/json-line.ts";
import type { ShownRequest } from "./shown-request.ts";
import { logprobsField } from "./logprobs.ts";
import { fromOllamaCalls } from "./messages.ts";
import { metricsBlock } from "./metrics-block.ts";
import { textOf } from "../inference/answer-text.ts";
import { schemaValidField } from "../inference/answer-schema.ts";
import type { OllamaAnswer } from "../inference/answers.ts";

/** One server-sent event. */
export function sseFrame(data: unknown): string {
  return `data: ${jsonLine(data)}\n\n`;
}

interface NativeFrameOptions {
  /** Whether frames carry `role`, as those of chat do. */
  role: boolean;
  /** Told of a failure that can only be shown inside the stream. */
  onError: (err: unknown) => void;
  /** Further fields of the last frame. */
  atEnd?: () => object;
}

/**
 * Ollama's lines as the native stream (contract §2.6). A failure mid-stream becomes the last
 * frame, since the status has gone out.
 */
export async function* nativeFrames(
  lines: AsyncGenerator<OllamaAnswer>,
  request: ShownRequest,
  { role, onError, atEnd }: NativeFrameOptions,
): AsyncGenerator<string> {
  const common = {
    ...(role ? { role: "assistant" } : {}),
    model: request.model,
    request_id: request.id,
  };
  try {
    for await (const line of lines) {
      const calls = fromOllamaCalls(line["message"]);
      const done = line["done"] === true;
      yield sseFrame({
        chunk: textOf(line),
        ...common,
        done,
        ...(calls ? { tool_calls: calls } : {}),
        ...logprobsField(line),
        ...(done
          ? { ...metricsBlock(request, line), ...schemaValidField(line), ...atEnd?.() }
          : {}),
      });
    }
  } catch (err) {
    onError(err);
    yield sseFrame({
      chunk: "",
      ...common,
      done: true,
      ...renderError(err, "service", request.id).body,
    });
  }
}
