import { spawn, type ChildProcess } from "node:child_process";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { setImmediate as nextTurn } from "node:timers/promises";
import { endGroup, signalProcess } from "../hosts/process-group.ts";
import { FloodGuard } from "./flood-guard.ts";
import { McpFault } from "./mcp-fault.ts";
import { MAX_MESSAGE_BYTES } from "./message-limits.ts";
import { MessageLines } from "./message-lines.ts";
import { parseMessage } from "./parse-message.ts";

interface StdioTransportOptions {
  command: string;
  args: readonly string[];
  /** The whole environment of the program. */
  env: Record<string, string>;
  cwd: string | undefined;
  /** Told of its error output. */
  onStderr: (piece: string) => void;
  graces?: Graces;
}

/** How long the program is given, in milliseconds. */
interface Graces {
  /** To end by itself when its input has ended. */
  input: number;
  /** To end after SIGTERM; then it is killed. */
  term: number;
}

const GRACES: Graces = { input: 500, term: 1500 };

/** Requests that a server does not read. */
const MAX_UNREAD_BYTES = 2 * MAX_MESSAGE_BYTES;

/** Output that has come and is not worked on yet. */
const MAX_QUEUED_BYTES = 4 * MAX_MESSAGE_BYTES;

/** Streams wait no longer than for this and one more message. */
const AT_ONCE_MS = 5;

/**
 * Speaks with an MCP server that it starts, over standard input and output. The protocol library's own
 * keeps a line of any length, and leaves behind what the server has started; this one does neither:
 * messages are bounded, and a server ends with its whole process group. When the service is killed the
 * server's input ends, which ends the server.
 */
export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  readonly #options: StdioTransportOptions;
  readonly #lines = new MessageLines();
  readonly #complaints = new FloodGuard();
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #fault: McpFault | undefined;
  #closing: Promise<void> | undefined;
  #unreadBytes = 0;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  /** The work on the queue; undefined while there is none. */
  #work: Promise<void> | undefined;
  #hasClosed = false;

  constructor(options: StdioTransportOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Why it cannot be spoken with any more; undefined while it can, or when it was closed. */
  get fault(): McpFault | undefined {
    return this.#fault;
  }

  /** Starts the program. @throws McpFault where that is not possible. */
  async start(): Promise<void> {
    const { command, args, env, cwd, onStderr } = this.#options;
    let child: ChildProcess;
    try {
      child = spawn(command, args, {
        env,
        cwd,
        stdio: ["pipe", "pipe", "pipe"],
        // A group of its own: it ends with what it has started, and not by Ctrl-C at the terminal.
        detached: true,
      });
    } catch (err) {
      throw notStarted(err);
    }
    this.#child = child;
    child.stdin?.on("error", () => {});
    child.stdout?.on("data", (piece: Buffer) => this.#receive(piece)).on("error", () => {});
    child.stderr
      ?.setEncoding("utf8")
      .on("data", (piece: string) => this.#complains(piece, onStderr))
      .on("error", () => {});
    let settleStart: (err?: McpFault) => void = () => {};
    const started = new Promise<void>((resolve, reject) => {
      settleStart = (err) => (err ? reject(err) : resolve());
    });
    child.once("spawn", () => settleStart());
    this.#ended = new Promise((resolve) => {
      child.once("error", (err) => {
        if (child.pid !== undefined) return;
        settleStart(notStarted(err));
        resolve();
      });
      child.once("exit", (code, signal) => {
        if (!this.#closing) this.#fault ??= new McpFault(howEnded(code, signal));
        void this.#afterExit(child).then(resolve);
      });
    });
    void this.#ended.then(() => this.#close());
    await started;
  }

  /** @throws McpFault when it cannot be sent anything any more. */
  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (!stdin?.writable || this.#closing) throw this.#fault ?? new McpFault("has ended");
    if (this.#unreadBytes > MAX_UNREAD_BYTES) {
      const fault = new McpFault("does not read what it is sent");
      this.#fail(fault);
      throw fault;
    }
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    // Counted here: on Bun the stream does not tell.
    this.#unreadBytes += bytes.length;
    stdin.write(bytes, () => (this.#unreadBytes -= bytes.length));
  }

  /** Ends the program and what it has started. Settles when both are gone; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const { input, term } = this.#options.graces ?? GRACES;
    const child = this.#child;
    if (child?.pid !== undefined) {
      child.stdin?.end();
      if (!(await this.#isGone(input))) {
        signalProcess(-child.pid, "SIGTERM");
        if (!(await this.#isGone(term))) signalProcess(-child.pid, "SIGKILL");
      }
    }
    await this.#ended;
    this.#close();
  }

  async #isGone(withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs);
    });
    try {
      return await Promise.race([this.#ended.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Its last words may still be in the pipe, which what it has started can hold open. */
  async #afterExit(child: ChildProcess): Promise<void> {
    const group = child.pid === undefined ? Promise.resolve() : endGroup(child.pid);
    const closed = new Promise<void>((resolve) => void child.once("close", () => resolve()));
    await Promise.race([closed, group]);
    await group;
    await this.#work;
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }

  /** Error output has bounds, too: reading it keeps others waiting. */
  #complains(piece: string, tell: (piece: string) => void): void {
    if (this.#fault) return;
    try {
      this.#complaints.count(piece.length, 0);
    } catch (err) {
      this.#fail(err as McpFault);
      return;
    }
    tell(piece);
  }

  #receive(piece: Buffer): void {
    if (this.#closing) return;
    this.#queue.push(piece);
    this.#queuedBytes += piece.length;
    // Where the runtime goes on reading in spite of the pause.
    if (this.#queuedBytes > MAX_QUEUED_BYTES) {
      this.#fail(new McpFault("sends more than can be read"));
      return;
    }
    this.#work ??= this.#workOff().finally(() => (this.#work = undefined));
  }

  /** Message by message, and not all at once: one piece can hold thousands. */
  async #workOff(): Promise<void> {
    const stdout = this.#child?.stdout;
    let since = performance.now();
    try {
      for (let piece = this.#queue.shift(); piece; piece = this.#queue.shift()) {
        this.#queuedBytes -= piece.length;
        for (const line of this.#lines.cut(piece)) {
          this.#tell(line);
          if (performance.now() - since < AT_ONCE_MS) continue;
          stdout?.pause();
          await nextTurn();
          if (this.#closing) return;
          since = performance.now();
        }
      }
      stdout?.resume();
    } catch (err) {
      this.#fail(err instanceof McpFault ? err : new McpFault("sent what cannot be read", err));
    }
  }

  #tell(line: Buffer): void {
    const message = parseMessage(line);
    if (message) this.onmessage?.(message as JSONRPCMessage);
    else if (line.length > 0) this.onerror?.(new McpFault("printed a line that is no message"));
  }

  #fail(fault: McpFault): void {
    this.#fault ??= fault;
    this.onerror?.(fault);
    // At once: it does not deserve a grace, and goes on sending.
    this.#queue = [];
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
    void this.close();
  }

  #close(): void {
    if (this.#hasClosed) return;
    this.#hasClosed = true;
    this.onclose?.();
  }
}

function notStarted(err: unknown): McpFault {
  const { code } = err as { code?: unknown };
  if (code === "ENOENT") {
    return new McpFault("cannot be started: its command, or its folder, is not there", err);
  }
  if (code === "EACCES") return new McpFault("cannot be started: its command may not be run", err);
  return new McpFault(`cannot be started${typeof code === "string" ? ` (${code})` : ""}`, err);
}

function howEnded(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `was ended by ${signal}`;
  return `has ended by itself with exit code ${code ?? "unknown"}`;
}
