import { ServiceError } from "../../errors/service-error.ts";
import { brokenOff } from "../../errors/unreachable.ts";
import type { Host } from "../../hosts/host.ts";
import { skipBody } from "../../hosts/lines.ts";
import { failureOf } from "../../hosts/upstream-failure.ts";
import { withFirst } from "../../http/early-end.ts";
import type { Transport, UpstreamAnswer, UpstreamCall } from "../../http/transport.ts";
import type { Deadlines } from "../../runtime/deadlines.ts";
import { LightSignal, type Signal } from "../../runtime/light-signal.ts";
import type { ModelCatalog } from "../catalog.ts";
import type { CreateRequest } from "./create-request.ts";
import { progressOf, type ModelProgress } from "./progress.ts";

interface ModelChangesOptions {
  transport: Pick<Transport, "call">;
  host: Host;
  catalog: Pick<ModelCatalog, "find" | "invalidate">;
  deadlines: Deadlines;
  /** Told of a model that was deleted. */
  onDelete: (model: string) => void;
}

const CREATE_MS = 600_000;
const COPY_MS = 300_000;

/** Changes what is installed at the inference server. Each change ends with its client. */
export class ModelChanges {
  readonly #options: ModelChangesOptions;

  constructor(options: ModelChangesOptions) {
    this.#options = options;
  }

  /**
   * Creates a model. The first line is there when this settles, so that a failure before it is still
   * a status.
   * @throws ServiceError `model_not_found` for a base that is not installed: the server would pull it
   * unasked; `upstream_timeout` after ten minutes; what the server says. The generator throws the
   * same later on.
   */
  async create(
    { from, ...request }: CreateRequest,
    client: Signal,
  ): Promise<AsyncGenerator<ModelProgress>> {
    const base = from === undefined ? undefined : await this.#installed(from);
    const call = new BoundedCall(this.#options, client, CREATE_MS);
    const lines = this.#progress(call, { ...request, from: base, stream: true });
    return withFirst(await lines.next(), lines);
  }

  /** Gives a model a second name. @throws ServiceError `model_not_found`; as `create`. */
  async copy(source: string, destination: string, client: Signal): Promise<void> {
    const body = JSON.stringify({ source, destination });
    await this.#change({ method: "POST", path: "/api/copy", body }, client);
  }

  /** Removes a model. @throws ServiceError `model_not_found`; as `create`. */
  async delete(model: string, client: Signal): Promise<void> {
    const body = JSON.stringify({ model });
    await this.#change({ method: "DELETE", path: "/api/delete", body }, client);
    this.#options.onDelete(model);
  }

  async #installed(model: string): Promise<string> {
    if (await this.#options.catalog.find(model)) return model;
    const message = `model '${model}' not found; pull it first: POST /api/v1/models/pull`;
    throw new ServiceError("model_not_found", message, { param: "from" });
  }

  async *#progress(call: BoundedCall, body: object): AsyncGenerator<ModelProgress> {
    try {
      const text = JSON.stringify(body);
      const answer = await call.send({ method: "POST", path: "/api/create", body: text });
      for await (const line of progressOf(answer)) {
        // Who reads this line may ask for the model at once.
        if (line.status === "success") this.#options.catalog.invalidate();
        yield line;
      }
    } catch (err) {
      throw call.failure(err);
    } finally {
      call.end();
    }
  }

  async #change(
    request: Pick<UpstreamCall, "method" | "path" | "body">,
    client: Signal,
  ): Promise<void> {
    const call = new BoundedCall(this.#options, client, COPY_MS);
    try {
      const answer = await call.send(request);
      if (answer.status !== 200) throw await failureOf(answer);
      await skipBody(answer.body);
    } catch (err) {
      throw call.failure(err);
    } finally {
      call.end();
    }
  }
}

/** A call that ends with its client, or at its limit. */
class BoundedCall {
  readonly #options: ModelChangesOptions;
  readonly #signal = new LightSignal();
  readonly #undo: (() => unknown)[];
  #hasEnded = false;

  constructor(options: ModelChangesOptions, client: Signal, limitMs: number) {
    this.#options = options;
    const stop = (): void => this.#signal.abort(tooLong(limitMs));
    this.#undo = [this.#signal.follow(client), options.deadlines.after(limitMs, stop)];
  }

  send(request: Pick<UpstreamCall, "method" | "path" | "body">): Promise<UpstreamAnswer> {
    const { transport, host } = this.#options;
    return transport.call({ ...request, origin: host.origin, signal: this.#signal });
  }

  /** What has really ended it. */
  failure(err: unknown): Error {
    if (this.#signal.aborted) return this.#signal.reason as Error;
    const failure = err instanceof ServiceError ? err : brokenOff(err);
    if (failure.code === "upstream_unavailable") this.#options.host.checkHealth();
    return failure;
  }

  /** It is over, or nobody waits for it; further calls do nothing. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const undo of this.#undo) undo();
    // What is installed may have changed also where the answer has not come.
    this.#options.catalog.invalidate();
  }
}

function tooLong(limitMs: number): ServiceError {
  const message = `The inference server did not answer within ${limitMs / 1000} s`;
  return new ServiceError("upstream_timeout", message);
}
