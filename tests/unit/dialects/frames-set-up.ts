import { RequestRecord } from "../../../src/requests/request-record.ts";

/** A record of a request to the model `m`. */
export function recordOf(known: { loadMs?: number } = {}): RequestRecord {
  const record = new RequestRecord("id-1", () => {});
  record.model = "m";
  record.call.loadMs = known.loadMs;
  return record;
}

/** Ollama's lines; an Error among them is thrown in their place. */
export async function* linesOf(
  ...lines: (Record<string, unknown> | Error)[]
): AsyncGenerator<Record<string, unknown>> {
  for (const line of lines) {
    if (line instanceof Error) throw line;
    yield line;
  }
}

/** The events of a stream, parsed; `[DONE]` stays text. */
export async function eventsOf(frames: AsyncGenerator<string>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const frame of frames) {
    const data = /^data: (.*)\n\n$/.exec(frame)?.[1];
    if (data === undefined) throw new Error(`not an event: ${JSON.stringify(frame)}`);
    events.push(data === "[DONE]" ? data : JSON.parse(data));
  }
  return events;
}

export const lastLine = {
  done: true,
  done_reason: "stop",
  total_duration: 5_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: 7,
  eval_count: 2,
};

/** A line of a chat in which the model calls a tool. */
export const callLine = (name: string) => ({
  message: { content: "", tool_calls: [{ id: `call_${name}`, function: { name, arguments: {} } }] },
});
