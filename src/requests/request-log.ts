import type { LogFile } from "../logs/log-file.ts";
import { endedRequest, type EndedRequest } from "./ended-request.ts";
import { isInference } from "./inference-operations.ts";
import { accessLine, type RequestLine } from "./lines/access-line.ts";
import { type EndedEvent, eventFields, type EventName } from "./lines/event-line.ts";
import { fitting } from "./lines/line-room.ts";
import { performanceFields } from "./lines/performance-line.ts";
import type { RequestEnd, RequestRecord } from "./request-record.ts";

type OnEnded = (ended: EndedRequest, record: RequestRecord) => void;

interface RequestLogFiles {
  access: Pick<LogFile, "write">;
  events: Pick<LogFile, "write">;
  performance: Pick<LogFile, "write">;
}

/**
 * The one place where a request that has ended is written down: its record is made once, kept, and
 * written as a line to `logs/api.log` (the usual combined format, then duration and request id) and
 * as an event to `logs/requests.jsonl`; one for inference is to `logs/performance.jsonl`, too. A line
 * has at most 8 KiB: texts in it are cut, so that it stays whole.
 */
export class RequestLog {
  readonly #files: RequestLogFiles;
  readonly #onEnded: OnEnded;

  /** @param onEnded takes each record. */
  constructor(files: RequestLogFiles, onEnded: OnEnded = () => {}) {
    this.#files = files;
    this.#onEnded = onEnded;
  }

  /** Writes down a request. */
  write(record: RequestRecord, end: RequestEnd, line: RequestLine): void {
    const ended = endedRequest(record, end);
    this.#files.access.write(fitting((room) => accessLine(ended, line, room)));
    this.#writeEvent("http_request", { ended, record, line });
  }

  /** Writes down a batch's item; the batch's request is written down itself, too. */
  writeItem(record: RequestRecord, end: RequestEnd): void {
    this.#writeEvent("batch_item", { ended: endedRequest(record, end), record });
  }

  /** Writes down a model's turn in an agent's run, likewise. */
  writeTurn(record: RequestRecord, end: RequestEnd): void {
    this.#writeEvent("agent_turn", { ended: endedRequest(record, end), record });
  }

  #writeEvent(name: EventName, event: EndedEvent): void {
    const { ended, record } = event;
    this.#onEnded(ended, record);
    const { events, performance } = this.#files;
    events.write(fitting((room) => `${JSON.stringify(eventFields(name, event, room))}\n`));
    if (!isInference(ended)) return;
    performance.write(fitting((room) => `${JSON.stringify(performanceFields(ended, room))}\n`));
  }
}
