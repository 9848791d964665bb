import { CalledOff } from "../errors/abort-reasons.ts";
import { type Seat, WatchList } from "../runtime/watch-list.ts";
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
  /** Rises from request to request. */
  readonly number: number;
}

/** Which requests; what is undefined holds for all. */
export interface LiveFilter {
  tenant?: string | undefined;
  project?: string | undefined;
  model?: string | undefined;
}

/** Where a request stands among those under way. */
export type LiveSeat = Seat<LiveRequest>;

/**
 * The requests that are under way, so that they can be looked at and called off. There are as many
 * as clients are connected, and items of batches that run: few enough to look through them for an id.
 */
export class LiveRequests {
  readonly #all = new WatchList<LiveRequest>();
  #begun = 0;

  get size(): number {
    return this.#all.size;
  }

  /** A request has come, or an item begins. @returns what `end` takes, however it goes. */
  begin(record: RequestRecord, work: Work): LiveSeat {
    this.#begun += 1;
    return this.#all.add({ record, work, isCalledOff: false, number: this.#begun });
  }

  /** A request has ended; further calls do nothing. */
  end(seat: LiveSeat): void {
    this.#all.remove(seat);
  }

  /** The request of an id. @param tenant undefined: whoever it is of. */
  find(id: string, tenant?: string): LiveRequest | undefined {
    return this.#list({ tenant }).find(({ record }) => record.id === id);
  }

  /** Those that a filter lets pass, the newest first. */
  all(filter: LiveFilter = {}): LiveRequest[] {
    return this.#list(filter).toSorted((a, b) => b.number - a.number);
  }

  #list(filter: LiveFilter): LiveRequest[] {
    const found: LiveRequest[] = [];
    this.#all.forEach(({ member }) => {
      if (matches(member, filter)) found.push(member);
    });
    return found;
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
