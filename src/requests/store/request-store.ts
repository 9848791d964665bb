import type { DatabaseClient, FinalFault } from "../../../workers/database/client.ts";
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
import { PendingRequests } from "./pending-requests.ts";

interface RequestStoreOptions {
  /** The way to the thread that owns the database. */
  client: Pick<DatabaseClient<RequestTasks>, "ask" | "close" | "end" | "faultOf">;
  /** How long `stop` may go on writing; milliseconds. */
  stopMs: number;
  report: RequestStoreReport;
  /** Bounds of what waits; for tests. */
  pending?: ConstructorParameters<typeof PendingRequests>[0];
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

/** What operators are told; it never quotes what is stored. */
export interface RequestStoreReport {
  /** Nothing is stored from now on. */
  failed: (fault: FinalFault, cause: unknown) => void;
  /** The file cannot be written now: it is tried again. */
  waiting: (fault: FinalFault) => void;
  /** It can be written again. */
  writing: () => void;
  /** Requests are not kept, since too many wait. Called once. */
  losing: () => void;
  /** So many were given up: they cannot be written, or could not when the service stopped. */
  lost: (count: number) => void;
}

type UsagePage = Exclude<RequestTasks["usage"]["output"], Refused>;

/** Faults that may pass. */
const PASSING: ReadonlySet<FinalFault> = new Set(["locked", "full", "failed"]);

/** At most 20 000 requests wait, which is 12 MB; a batch of 256 is made into text in a millisecond. */
const PENDING = { most: 20_000, batch: 256 };

/** How long a request waits for others at most. */
const GATHER_MS = 200;

/** A file that could not be written is tried again after this. */
const RETRY_MS = 1000;

/** A batch that fails so often for no known reason is given up: it may be to blame itself. */
const MOST_TRIES = 10;

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
  readonly #options: RequestStoreOptions;
  readonly #client: RequestStoreOptions["client"];
  readonly #pending: PendingRequests;
  readonly #now: () => number;
  readonly #run = crypto.randomUUID();
  #batch = 0;
  /** How often the batch has failed for no known reason. */
  #tries = 0;
  #state: "writing" | "waiting" | "failed" | "stopped" = "writing";
  #fault: FinalFault | undefined;
  #isLosing = false;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #tender: NodeJS.Timeout | undefined;
  #tendedAtMs = -Infinity;
  #isTending = false;
  #wroteSinceTended = true;
  #stopping: Promise<void> | undefined;

  constructor(options: RequestStoreOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#pending = new PendingRequests(options.pending ?? PENDING);
    this.#now = options.now ?? Date.now;
  }

  /** Opens the file, in the background. */
  start(): void {
    if (this.#tender || this.#stopping) return;
    this.#tender = setInterval(() => void this.#tend(), TEND_MS).unref();
    void this.#tend();
  }

  /** Keeps a request that has ended. */
  readonly add = (request: EndedRequest): void => {
    if (this.#state === "failed" || this.#stopping) return;
    if (!this.#pending.add(request) && !this.#isLosing) {
      this.#isLosing = true;
      this.#options.report.losing();
    }
    this.#schedule();
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
    return {
      state: this.#state,
      ...(this.#fault === undefined ? {} : { reason: this.#fault }),
      pending: this.#pending.size,
      lost: this.#pending.lost,
    };
  }

  /** Writes what waits, for at most `stopMs`, and closes the file; all callers await the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Asks the thread when all that has ended is written. */
  async #ask<K extends "rows" | "one" | "figures" | "usage" | "forget">(
    name: K,
    input: RequestTasks[K]["input"],
  ): Promise<Exclude<RequestTasks[K]["output"], Refused>> {
    await this.#writeAll();
    try {
      return await this.#client.ask(name, input);
    } catch (cause) {
      const fault = this.#client.faultOf(cause);
      const message = `The records of requests cannot be read: ${fault}`;
      throw new ServiceError("internal_error", message, { cause });
    }
  }

  /** Writes what waits: a full batch at once, less after a moment. */
  #schedule(): void {
    if (this.#sending || this.#state !== "writing" || this.#pending.size === 0) return;
    if (this.#pending.isLarge || this.#stopping) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), GATHER_MS);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendBatch().finally(() => {
      this.#sending = undefined;
      this.#schedule();
    });
  }

  async #sendBatch(): Promise<void> {
    const json = this.#pending.peek();
    if (json === undefined) return;
    try {
      await this.#client.ask("write", { run: this.#run, batch: this.#batch + 1, json });
    } catch (err) {
      this.#notWritten(err);
      return;
    }
    this.#batch += 1;
    this.#tries = 0;
    this.#pending.drop();
    this.#wroteSinceTended = true;
    if (this.#state !== "waiting") return;
    this.#state = "writing";
    this.#fault = undefined;
    this.#options.report.writing();
  }

  #notWritten(err: unknown): void {
    if (this.#state === "stopped") return;
    const { report } = this.#options;
    const fault = this.#client.faultOf(err);
    this.#fault = fault;
    if (!PASSING.has(fault)) return this.#fail(fault, err);
    if (this.#state === "writing") report.waiting(fault);
    this.#state = "waiting";
    this.#tries = fault === "failed" ? this.#tries + 1 : 0;
    if (this.#tries === MOST_TRIES) {
      this.#tries = 0;
      report.lost(this.#pending.giveUp());
    }
    this.#timer ??= setTimeout(() => this.#send(), RETRY_MS);
  }

  #fail(fault: FinalFault, err: unknown): void {
    if (this.#state === "failed" || this.#state === "stopped") return;
    this.#state = "failed";
    this.#pending.clear();
    clearInterval(this.#tender);
    this.#options.report.failed(fault, err);
    this.#client.end().catch(() => {});
  }

  async #tend(): Promise<void> {
    const nowMs = this.#now();
    const isDue = this.#wroteSinceTended || Math.abs(nowMs - this.#tendedAtMs) > TEND_IDLE_MS;
    if (this.#isTending || !isDue || this.#state === "failed") return;
    this.#isTending = true;
    this.#wroteSinceTended = false;
    this.#tendedAtMs = nowMs;
    try {
      while ((await this.#client.ask("tend", { nowMs })).more && !this.#stopping);
    } catch (err) {
      // What was not done is done the next time; a batch that cannot be written tells of the fault.
      const fault = this.#client.faultOf(err);
      if (!PASSING.has(fault) && !this.#stopping) this.#fail(fault, err);
    } finally {
      this.#isTending = false;
    }
  }

  /** Writes what waits now, if that can be done now. */
  async #writeAll(): Promise<void> {
    while (this.#pending.size > 0 && this.#state === "writing") {
      this.#send();
      await this.#sending;
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#tender);
    const { stopMs, report } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopMs);
    });
    await Promise.race([this.#writeAndClose(), late]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    if (this.#state !== "failed" && this.#pending.size > 0) report.lost(this.#pending.size);
    this.#state = "stopped";
    await this.#client.end();
  }

  async #writeAndClose(): Promise<void> {
    if (this.#state === "failed") return;
    await this.#sending;
    // What could not be written a moment ago is tried once more.
    this.#send();
    await this.#sending;
    await this.#writeAll();
    // A file that could not be closed is whole all the same.
    await this.#client.close().catch(() => {});
  }
}
