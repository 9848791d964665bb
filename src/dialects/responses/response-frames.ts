import { toServiceError } from "../../errors/render.ts";
import type { OllamaAnswer } from "../../inference/answers.ts";
import type { ShownRequest } from "../shown-request.ts";
import { sseFrame } from "../native-frames.ts";
import {
  beginResponse,
  endResponse,
  type ResponseObject,
  type ShownSettings,
  wasCutOff,
} from "./response-object.ts";
import { type ResponseEvent, ResponseOutput } from "./response-output.ts";

/** Ollama's whole answer as a response. */
export function wholeResponse(
  answer: OllamaAnswer,
  request: ShownRequest,
  settings: ShownSettings,
): ResponseObject {
  const begun = beginResponse(request, settings);
  const output = new ResponseOutput(begun.id);
  output.add(answer);
  output.end(wasCutOff(answer) ? "incomplete" : "completed");
  return endResponse(begun, answer, output.items);
}

interface ResponseFrameOptions {
  settings: ShownSettings;
  /** Given the response once it is whole, before its client is. */
  keep: (response: ResponseObject) => void;
  /** Told of a failure that can only be shown inside the stream. */
  onError: (err: unknown) => void;
}

/**
 * Ollama's lines as the events of the Responses API. The last one is `response.completed`,
 * `response.incomplete` where the model was cut off, or `response.failed`.
 */
export async function* responseFrames(
  lines: AsyncGenerator<OllamaAnswer>,
  request: ShownRequest,
  { settings, keep, onError }: ResponseFrameOptions,
): AsyncGenerator<string> {
  const begun = beginResponse(request, settings);
  const output = new ResponseOutput(begun.id);
  const frames = numberedFrames();
  yield frames([
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
  ]);
  try {
    for await (const line of lines) {
      const events = output.add(line);
      if (line["done"] === true) {
        const isCut = wasCutOff(line);
        events.push(...output.end(isCut ? "incomplete" : "completed"));
        const response = endResponse(begun, line, output.items);
        keep(response);
        events.push({ type: `response.${response.status}`, response });
      }
      if (events.length > 0) yield frames(events);
    }
  } catch (err) {
    onError(err);
    const { code, message } = toServiceError(err, request.id);
    const response: ResponseObject = {
      ...begun,
      status: "failed",
      error: { code, message },
      output: output.items,
    };
    yield frames([{ type: "response.failed", response }]);
  }
}

/** Writes events down, each with its number. */
function numberedFrames(): (events: ResponseEvent[]) => string {
  let sequence_number = 0;
  return (events) => {
    let text = "";
    for (const { type, ...fields } of events) {
      text += `event: ${type}\n${sseFrame({ type, sequence_number, ...fields })}`;
      sequence_number += 1;
    }
    return text;
  };
}
