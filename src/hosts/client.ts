import { ofetch } from "ofetch";
import { ServiceError } from "../errors/service-error.ts";
import { unreachable } from "../errors/unreachable.ts";
import { directFetch } from "../http/direct-fetch.ts";
import { awakeTimeoutSignal } from "../runtime/awake-timeout.ts";
import { jsonBody, MAX_REPORT_BYTES } from "./lines.ts";
import { upstreamFailure } from "./upstream-failure.ts";

/** A model as `/api/tags` lists it, as far as the service reads it. */
export interface InstalledModel {
  name: string;
  size: number | null;
  modified_at: string | null;
  digest: string;
  details?: { family?: string };
  /** What the model can do, from Ollama 0.30 on. */
  capabilities?: unknown;
  /** Where it runs, unless it runs here. */
  remote_host?: string;
}

/** A model as `/api/ps` lists it. */
export interface LoadedModel {
  name: string;
  model: string;
  size: number;
  size_vram: number;
  digest: string;
  details: Record<string, unknown>;
  expires_at: string;
  /** Tokens of context that it was loaded with; older servers do not tell. */
  context_length?: number;
}

const LIST_MS = 5000;
const PS_MS = 10_000;
const SHOW_MS = 30_000;

const direct = ofetch.create({ retry: 0 }, { fetch: directFetch as typeof fetch });

/**
 * The service's own short calls to the inference server. `origin` is read at each call, since a
 * restarted child has another port. All throw ServiceError: `upstream_unavailable`,
 * `upstream_timeout`, or what the server's status means.
 */
export class UpstreamClient {
  readonly #origin: () => string;

  constructor(origin: () => string) {
    this.#origin = origin;
  }

  /** The models of `/api/tags`. */
  async installed(): Promise<InstalledModel[]> {
    const answer = await this.#call<{ models: InstalledModel[] | null }>("/api/tags", LIST_MS);
    return answer.models ?? [];
  }

  /** The models in memory, of `/api/ps`. */
  async loaded(): Promise<LoadedModel[]> {
    const answer = await this.#call<{ models: LoadedModel[] | null }>("/api/ps", PS_MS);
    return answer.models ?? [];
  }

  /** The server's `/api/show` of a model. @throws ServiceError also `model_not_found`. */
  show(model: string): Promise<Record<string, unknown>> {
    return this.#call("/api/show", SHOW_MS, { model });
  }

  async #call<T>(path: string, timeoutMs: number, body?: object): Promise<T> {
    const url = this.#origin() + path;
    try {
      const { status, body: answer } = await fetchJson(url, timeoutMs, body);
      if (status !== 200) throw upstreamFailure(status, answer);
      return answer as T;
    } catch (err) {
      throw callFailure(err);
    }
  }
}

/**
 * Fetches a report of the server, within the bound of such reports.
 * @throws what fetch throws; ServiceError for an answer that cannot be read.
 */
async function fetchJson(
  url: string,
  timeoutMs: number,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await direct.raw(url, {
    // For the body too: ofetch's own time limit is over when the head has come.
    signal: awakeTimeoutSignal(timeoutMs),
    responseType: "stream",
    ignoreResponseError: true,
    ...(body ? { method: "POST", body } : {}),
  });
  const { status } = answer;
  const reading = jsonBody(answer.body, { maxBytes: MAX_REPORT_BYTES });
  return { status, body: status === 200 ? await reading : await reading.catch(() => ({})) };
}

function callFailure(err: unknown): ServiceError {
  if (err instanceof ServiceError) return err;
  if (isTimeout(err)) {
    const message = "The inference server did not answer in time";
    return new ServiceError("upstream_timeout", message, { cause: err });
  }
  return unreachable(err);
}

/** The version a server at this address answers with; undefined when none answers. */
export async function probeVersion(
  origin: string,
  timeoutMs: number,
): Promise<{ version: string } | undefined> {
  return fetchVersion(origin, timeoutMs).catch(() => undefined);
}

/**
 * The result of a probe: the server tells its version; it refuses, or answers something else; or
 * nothing comes in time, which happens with a busy server as well.
 */
export type Liveness = "answers" | "refuses" | "silent";

/** Probes a server for at most `timeoutMs`. Never rejects. */
export async function probeLiveness(origin: string, timeoutMs: number): Promise<Liveness> {
  try {
    return (await fetchVersion(origin, timeoutMs)) ? "answers" : "refuses";
  } catch (err) {
    return isTimeout(err) ? "silent" : "refuses";
  }
}

async function fetchVersion(
  origin: string,
  timeoutMs: number,
): Promise<{ version: string } | undefined> {
  const { status, body } = await fetchJson(`${origin}/api/version`, timeoutMs);
  const { version } = body;
  return status === 200 && typeof version === "string" ? { version } : undefined;
}

/** Whether a call ran out of time; ofetch wraps what fetch throws. */
function isTimeout(err: unknown): boolean {
  if (!(err instanceof Error)) return false;
  return /timeout|timed out|aborted/i.test(`${err.name} ${err.message}`) || isTimeout(err.cause);
}
