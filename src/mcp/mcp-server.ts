import type { McpServerEntry } from "../../config/mcp.ts";
import { LightSignal, type Signal } from "../runtime/light-signal.ts";
import { SharedWork } from "../runtime/shared-work.ts";
import type { CallFailed, McpConnection, ToolList } from "./mcp-connection.ts";
import { McpFault } from "./mcp-fault.ts";
import type { McpOutcome } from "./mcp-tools.ts";
import { type CallEnding, ServerCalls, type ToolCall } from "./server-calls.ts";
import type { PlacedServer } from "./server-places.ts";
import { ServerStarter, type StarterParts } from "./server-starter.ts";

/** What all servers work with. */
export interface McpServerParts extends StarterParts {
  /** Told of each call that has ended. */
  onCall: (server: string, ending: CallEnding, tookMs: number) => void;
}

interface McpServerOptions extends McpServerParts {
  entry: McpServerEntry;
  /** Whose it is; undefined: everybody's. */
  tenant: string | undefined;
  /** Told when it neither runs nor is held: it may be forgotten. */
  onRest: (server: McpServer) => void;
}

/** What is running of it. */
interface Running {
  readonly connection: McpConnection;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  isBeingChecked: boolean;
}

/** A start, with those who wait for it. */
interface Starting {
  readonly work: SharedWork<McpConnection>;
  readonly sinceMs: number;
  /** Calls it off, whoever waits. */
  readonly stop: LightSignal;
}

/** A server that did not answer a call in time has this long to say that it is there at all. */
const PING_MS = 5000;

/**
 * A server of one holder: everybody's, a tenant's or a run's. It is started when it is first needed, by
 * any number of callers at once, and again when it has ended; it ends when nobody has held it for a
 * while. It is the only one to decide that.
 */
export class McpServer implements PlacedServer {
  readonly entry: McpServerEntry;
  readonly tenant: string | undefined;
  readonly #options: McpServerOptions;
  readonly #calls: ServerCalls;
  readonly #starter: ServerStarter;
  #holders = 0;
  #isRetired = false;
  #starting: Starting | undefined;
  #running: Running | undefined;
  /** Settles when nothing is left of what was ever started. */
  #ended: Promise<unknown> = Promise.resolve();
  /** What is left. */
  #left = 0;
  #idleSinceMs: number | undefined;
  #stayUp: () => void = () => {};

  constructor(options: McpServerOptions) {
    this.#options = options;
    this.entry = options.entry;
    this.tenant = options.tenant;
    const { entry, tenant, deadlines, failures, log, onCall } = options;
    this.#starter = new ServerStarter({
      ...options,
      server: this,
      onUp: (connection, leave) => this.#run(connection, leave),
    });
    this.#calls = new ServerCalls({
      entry,
      deadlines,
      ready: (signal) => this.ready(signal),
      onAnswer: () => failures.answered(entry, tenant),
      onFailure: (connection, err) => this.#doubt(connection, err),
      onOddity: (err) => log.odd(this, err),
      onEnd: (ending, tookMs) => onCall(entry.name, ending, tookMs),
    });
  }

  get state(): "starting" | "ready" | "resting" {
    if (this.#running) return "ready";
    return this.#starting ? "starting" : "resting";
  }

  /** Since when it is ready or starting, in milliseconds since 1970. */
  get sinceMs(): number | undefined {
    return this.#running?.sinceMs ?? this.#starting?.sinceMs;
  }

  get idleSinceMs(): number | undefined {
    return this.#running ? this.#idleSinceMs : undefined;
  }

  /** Calls under way, with those that wait for their turn. */
  get calls(): number {
    return this.#calls.size;
  }

  get isHeld(): boolean {
    return this.#holders > 0;
  }

  /** Its tools as last told; undefined while it does not run. */
  get list(): ToolList | undefined {
    return this.#running?.connection.list;
  }

  /** Keeps it from ending for idleness. */
  hold(): void {
    this.#holders += 1;
    this.#idleSinceMs = undefined;
    this.#stayUp();
  }

  /** The opposite of `hold`. Settles at once, but for what ends now: when that has ended. */
  async release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    if (this.entry.scope === "run" || this.#isRetired) return this.end();
    this.#idle();
  }

  /** It is not what the operator wants any more: it ends as soon as nobody holds it. */
  retire(): void {
    this.#isRetired = true;
    if (this.#holders === 0) void this.end();
  }

  /**
   * Waits until it can be called.
   * @throws ServiceError `mcp_unavailable`; the signal's reason.
   */
  async ready(signal: Signal): Promise<McpConnection> {
    signal.throwIfAborted();
    if (this.#running) return this.#running.connection;
    this.#starting ??= this.#begin();
    return this.#starting.work.wait(signal);
  }

  /** Calls a tool. @throws the signal's reason; what else goes wrong is an outcome. */
  call(call: ToolCall): Promise<McpOutcome> {
    return this.#calls.call(call);
  }

  /** Ends it, whoever uses it. Settles when nothing is left. Never rejects. */
  async end(): Promise<void> {
    this.#starting?.stop.abort(new McpFault("is being ended"));
    const running = this.#running;
    if (running) {
      this.#leave(running);
      void running.connection.close();
    }
    await this.#ended;
    this.#rest();
  }

  #begin(): Starting {
    const stop = new LightSignal();
    const work = new SharedWork({
      start: (left) => {
        const started = this.#starter.start(left, stop);
        this.#track(started);
        return started;
      },
      onClose: () => {
        if (this.#starting?.work === work) this.#starting = undefined;
      },
    });
    return { work, stop, sinceMs: Date.now() };
  }

  #run(connection: McpConnection, leave: () => void): void {
    const running: Running = { connection, sinceMs: Date.now(), isBeingChecked: false };
    const ended = connection.closed.then(async (fault) => {
      const isByItself = this.#running === running;
      this.#leave(running);
      if (fault && isByItself) {
        this.#options.failures.add(this.entry, this.tenant, fault.message);
      }
      // It can be spoken with no more, and may still be there.
      await connection.close();
      leave();
      this.#options.log.down(this, connection, fault);
    });
    this.#track(ended);
    this.#running = running;
    if (this.#holders === 0) this.#idle();
  }

  /** Whether what is running can be used any more, after a call that has failed. */
  #doubt(connection: McpConnection, { kind, message, cause }: CallFailed): void {
    const running = this.#running;
    // It may be another one already.
    if (running?.connection !== connection) return;
    if (kind === "timeout") void this.#check(running);
    // Else the next call would be lost, too.
    if (kind === "lost") void this.#lose(running, new McpFault(message, cause));
  }

  async #lose(running: Running, fault: McpFault): Promise<void> {
    this.#leave(running);
    this.#options.failures.add(this.entry, this.tenant, fault.message);
    this.#options.log.lost(this, fault);
    await running.connection.close();
  }

  /** A server that has not answered in time may be slow, or hang. */
  async #check(running: Running): Promise<void> {
    if (running.isBeingChecked) return;
    running.isBeingChecked = true;
    const answers = await running.connection.answers(PING_MS);
    running.isBeingChecked = false;
    if (answers || this.#running !== running) return;
    await this.#lose(running, new McpFault("does not answer any more"));
  }

  #leave(running: Running): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#stayUp();
  }

  #idle(): void {
    this.#idleSinceMs = performance.now();
    this.#stayUp();
    const isOver = this.#options.deadlines.after(this.entry.idleMs, () => void this.end());
    this.#stayUp = () => void isOver();
    this.#rest();
  }

  /** It cannot be forgotten before this has settled. */
  #track(life: Promise<unknown>): void {
    this.#left += 1;
    const over = (): void => {
      this.#left -= 1;
      this.#rest();
    };
    this.#ended = Promise.all([this.#ended, life.then(over, over)]);
  }

  #rest(): void {
    if (this.#holders > 0 || this.#left > 0) return;
    this.#stayUp();
    this.#options.onRest(this);
  }
}
