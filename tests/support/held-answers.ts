import type { ServerResponse } from "node:http";
import { until } from "./deadline.ts";
import type { FakeOllama, Received } from "./fake-ollama.ts";

/** One request at the fake that the test answers by hand. */
export class HeldAnswer {
  readonly request: Received;
  readonly response: ServerResponse;

  constructor(request: Received, response: ServerResponse) {
    this.request = request;
    this.response = response;
  }

  get body(): Record<string, unknown> {
    return JSON.parse(this.request.body.toString()) as Record<string, unknown>;
  }

  /** Sends bytes of the body; the head goes before the first. */
  send(bytes: string | Buffer): void {
    if (!this.response.headersSent) {
      this.response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    }
    this.response.write(bytes);
  }

  /** Sends one line of NDJSON. */
  line(value: object): void {
    this.send(`${JSON.stringify(value)}\n`);
  }

  /** Sends a piece of an answer from chat. */
  piece(content: string): void {
    this.line({ model: "fake", message: { role: "assistant", content }, done: false });
  }

  /** Sends the line that says an answer from chat has ended, and ends it. */
  finish(more: object = {}): void {
    const counts = { total_duration: 5_000_000, prompt_eval_count: 7, eval_count: 2 };
    const message = { role: "assistant", content: "" };
    this.line({ model: "fake", message, done: true, done_reason: "stop", ...counts, ...more });
    this.response.end();
  }

  /** Answers whole. */
  json(value: object, status = 200): void {
    this.response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
    this.response.end(JSON.stringify(value));
  }

  /** Breaks the connection, as a server does that dies. */
  crash(): void {
    this.response.socket?.resetAndDestroy();
  }

  /** Waits until the service has let go of the connection before the answer had ended. */
  sawCancel(): Promise<void> {
    return until(() => this.request.cancelled, `the service cancels ${this.request.target}`);
  }
}

/** Requests to one path that wait until the test answers them. */
export class HeldAnswers {
  /** In the order of their coming. */
  readonly all: HeldAnswer[] = [];
  #taken = 0;

  constructor(ollama: FakeOllama, path: string) {
    ollama.script(path, (request, response) => {
      this.all.push(new HeldAnswer(request, response));
    });
  }

  /** The next request, as soon as it is there. */
  async next(): Promise<HeldAnswer> {
    await this.came(this.#taken + 1);
    const held = this.all[this.#taken];
    if (!held) throw new Error("unreachable: it has come");
    this.#taken += 1;
    return held;
  }

  /** Waits until so many requests have come. */
  came(count: number): Promise<void> {
    return until(() => this.all.length >= count, `${count} requests at the inference server`);
  }
}
