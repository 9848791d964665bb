import { CalledOff } from "../errors/abort-reasons.ts";
import type { RequestRecord } from "./request-record.ts";

/** What is done for a request, as far as it can be ended. */
interface Work {
  /** Ends it; whoever waits for it is told the reason. Further calls do nothing. */
  callOff(reason: Error): void;
}

/** A request, or an item of a batch, that has not ended. */
export interface LiveRequest {
  readonly record: RequestRecord;
  readonly work: Work;
  /** Somebody has called it off, and its answer has not ended yet. */
  isCalledOff: boolean;
}

/** Which requests; what is undefined holds for all. */
export interface LiveFilter {
  tenant?: string | undefined;
  project?: string | undefined;
  model?: string | undefined;
}

/**
 * The requests that are under way, so that they can be looked at and called off. There are as many
 * as clients are connected, and items of batches that run.
 */
export class LiveRequests {
  readonly #byId = new Map<string, LiveRequest>();

  get size(): number {
    return this.#byId.size;
  }

  /** A request has come, or an item begins. To be ended, however it goes. */
  begin(record: RequestRecord, work: Work): void {
    this.#byId.set(record.id, { record, work, isCalledOff: false });
  }

  end({ id }: RequestRecord): void {
    this.#byId.delete(id);
  }

  /** The request of an id. @param tenant undefined: whoever it is of. */
  find(id: string, tenant?: string): LiveRequest | undefined {
    const live = this.#byId.get(id);
    return live && matches(live, { tenant }) ? live : undefined;
  }

  /** Those that a filter lets pass, the newest first. */
  all(filter: LiveFilter = {}): LiveRequest[] {
    return [...this.#byId.values()].filter((live) => matches(live, filter)).toReversed();
  }

  /**
   * Calls a request off: its place is given back, its call ended, and its client told. What it
   * shares with others goes on for them.
   * @returns whether there was one.
   */
  callOff(id: string, tenant?: string): boolean {
    const live = this.find(id, tenant);
    if (!live) return false;
    live.isCalledOff = true;
    live.work.callOff(new CalledOff());
    return true;
  }
}

function matches({ record }: LiveRequest, { tenant, project, model }: LiveFilter): boolean {
  return (
    (tenant === undefined || record.tenant === tenant) &&
    (project === undefined || (record.project || "unknown") === project) &&
    (model === undefined || record.model === model)
  );
}
