import type { DatabaseClient } from "../../../workers/database/client.ts";
import type { Refused } from "../../../workers/database/protocol.ts";
import type {
  FiguresQuery,
  RequestFilter,
  RequestTasks,
  RowsQuery,
  StoredRequest,
  UsageQuery,
} from "../../../workers/request-store/protocol.ts";
import { ServiceError } from "../../errors/service-error.ts";
import type { EndedRequest } from "../ended-request.ts";
import { BatchWriter, type WriterReport } from "./batch-writer.ts";
import { PendingRequests } from "./pending-requests.ts";

interface RequestStoreOptions {
  /** The way to the thread that owns the database. */
  client: Pick<DatabaseClient<RequestTasks>, "ask" | "close" | "end" | "faultOf">;
  /** How long `stop` may go on writing; milliseconds. */
  stopMs: number;
  report: WriterReport;
  /** Bounds of what waits; for tests. */
  pending?: ConstructorParameters<typeof PendingRequests>[0];
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

type UsagePage = Exclude<RequestTasks["usage"]["output"], Refused>;

/** At most 20 000 requests wait, which is 12 MB; a batch of 256 is made into text in a millisecond. */
const PENDING = { most: 20_000, batch: 256 };

/** How often the thread does what is due: sums, and removing what is old. */
const TEND_MS = 10_000;
/** Where nothing was written, old rows go all the same. */
const TEND_IDLE_MS = 3_600_000;

/**
 * Keeps requests that have ended in data/requests.db. They are gathered and handed to the thread that
 * owns the file in batches; a request is there half a second after its end at the latest, unless the
 * disk is slower. Whatever becomes of the file, requests are answered.
 */
export class RequestStore {
  readonly #client: RequestStoreOptions["client"];
  readonly #pending: PendingRequests;
  readonly #now: () => number;
  readonly #writer: BatchWriter;
  readonly #run = crypto.randomUUID();
  #batch = 0;
  #tendedAtMs = -Infinity;
  #wroteSinceTended = true;

  constructor({ client, stopMs, report, pending = PENDING, now = Date.now }: RequestStoreOptions) {
    this.#client = client;
    this.#pending = new PendingRequests(pending);
    this.#now = now;
    this.#writer = new BatchWriter({
      pending: this.#pending,
      client,
      write: (batch) => this.#write(batch),
      tending: { everyMs: TEND_MS, isDue: () => this.#isDue(), tend: () => this.#tend() },
      stopMs,
      report,
    });
  }

  /** Opens the file, in the background. */
  start(): void {
    this.#writer.start();
  }

  /** Keeps a request that has ended. */
  readonly add = (request: EndedRequest): void => {
    if (this.#writer.isOpen) this.#writer.added({ hadRoom: this.#pending.add(request) });
  };

  /** A page of requests. @throws ServiceError `internal_error` where the file cannot be read. */
  async rows(query: RowsQuery): Promise<StoredRequest[]> {
    return (await this.#ask("rows", query)).rows;
  }

  /** The request of an id, if it is there. @throws as `rows`. */
  async one(id: string): Promise<StoredRequest | undefined> {
    return (await this.#ask("one", { id })).request;
  }

  /** The body of an answer with the figures of a window. @throws as `rows`. */
  async figures(query: FiguresQuery): Promise<string> {
    return (await this.#ask("figures", query)).text;
  }

  /**
   * What projects used of models, day by day: lines of CSV, or objects of JSON with commas between
   * them, a page at a time. @throws as `rows`.
   */
  async *usage(query: UsageQuery): AsyncGenerator<string> {
    for (let next: number | undefined = query.fromMs; next !== undefined;) {
      const page: UsagePage = await this.#ask("usage", { ...query, fromMs: next });
      if (page.text !== "") yield page.text;
      next = page.nextMs;
    }
  }

  /** All requests of a filter up to now, the oldest first, a page at a time. @throws as `rows`. */
  async *all(filter: RequestFilter, pageRows = 200): AsyncGenerator<StoredRequest[]> {
    const [newest] = await this.rows({ ...filter, order: "newest", limit: 1 });
    const last = newest?.number ?? 0;
    for (let after = 0; after < last;) {
      const query: RowsQuery = { ...filter, after, order: "oldest", limit: pageRows };
      const page = (await this.rows(query)).filter(({ number }) => number <= last);
      if (page.length === 0) return;
      yield page;
      after = page.at(-1)?.number ?? last;
    }
  }

  /** Removes all that is known of a project. @returns how many requests. @throws as `rows`. */
  async forget(project: string): Promise<number> {
    return (await this.#ask("forget", { project })).removed;
  }

  /** Its state, for operators. */
  stats() {
    return this.#writer.stats();
  }

  /** Writes what waits, for at most `stopMs`, and closes the file; all callers await the same end. */
  stop(): Promise<void> {
    return this.#writer.stop();
  }

  /** Asks the thread when all that has ended is written. */
  async #ask<K extends "rows" | "one" | "figures" | "usage" | "forget">(
    name: K,
    input: RequestTasks[K]["input"],
  ): Promise<Exclude<RequestTasks[K]["output"], Refused>> {
    await this.#writer.writeAll();
    try {
      return await this.#client.ask(name, input);
    } catch (cause) {
      const fault = this.#client.faultOf(cause);
      const message = `The records of requests cannot be read: ${fault}`;
      throw new ServiceError("internal_error", message, { cause });
    }
  }

  async #write(json: string): Promise<void> {
    await this.#client.ask("write", { run: this.#run, batch: this.#batch + 1, json });
    this.#batch += 1;
    this.#wroteSinceTended = true;
  }

  #isDue(): boolean {
    return this.#wroteSinceTended || Math.abs(this.#now() - this.#tendedAtMs) > TEND_IDLE_MS;
  }

  #tend(): Promise<{ more: boolean }> {
    const nowMs = this.#now();
    this.#wroteSinceTended = false;
    this.#tendedAtMs = nowMs;
    return this.#client.ask("tend", { nowMs });
  }
}
