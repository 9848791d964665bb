import { serverEvents } from "../answers/server-events.ts";

/** What a command has to know of a run's events; all else of them is passed over. */
export interface RunEvent {
  type: string;
  delta?: string;
  item?: RunItem;
  response?: { shared_ollama?: RunFacts };
  shared_ollama?: Record<string, unknown>;
}

export interface RunItem {
  id: string;
  type: string;
  name?: string;
  server_label?: string;
  arguments?: string;
  error?: string | null;
}

export interface RunFacts {
  run_id: string;
  status: string;
  reason?: { code: string; message: string };
}

/** The events of a run's stream. @throws as `serverEvents`. */
export async function* runEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<RunEvent> {
  for await (const data of serverEvents(body)) {
    if (data === "[DONE]") return;
    yield JSON.parse(data) as RunEvent;
  }
}

/** `files.read_file {"path":"a"}` */
export function callInWords({
  server_label: server,
  name = "",
  arguments: args = "",
}: RunItem): string {
  return `${server === undefined ? "" : `${server}.`}${name} ${args}`;
}
