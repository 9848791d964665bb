import { FetchError, ofetch } from "ofetch";
import { ServiceError } from "../errors/service-error.ts";
import { unreachable } from "../errors/unreachable.ts";
import { directFetch } from "../runtime/direct-fetch.ts";
import { upstreamFailure } from "./upstream-failure.ts";

/** A model as `/api/tags` lists it, as far as the service reads it. */
export interface InstalledModel {
  name: string;
  size: number | null;
  modified_at: string | null;
  digest: string;
  details?: { family?: string };
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
}

const LIST_MS = 5000;
const PS_MS = 10_000;
const SHOW_MS = 30_000;

const NOT_JSON = "The inference server sent something that is not JSON";

/** What is no JSON, such as the page of a proxy in between, is told by its status. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const ask = ofetch.create(
  { retry: 0, parseResponse: parsed },
  { fetch: directFetch as typeof fetch },
);

/**
 * The service's own short calls to the inference server. `origin` is asked for at each call,
 * since a restarted child has another port. All throw ServiceError: `upstream_unavailable`,
 * `upstream_timeout`, or what the server's status means.
 */
export class UpstreamClient {
  readonly #origin: () => string;

  constructor(origin: () => string) {
    this.#origin = origin;
  }

  async installed(): Promise<InstalledModel[]> {
    const answer = await this.#call<{ models: InstalledModel[] | null }>("/api/tags", LIST_MS);
    return answer.models ?? [];
  }

  async loaded(): Promise<LoadedModel[]> {
    const answer = await this.#call<{ models: LoadedModel[] | null }>("/api/ps", PS_MS);
    return answer.models ?? [];
  }

  /** What the server knows of a model. @throws ServiceError also `model_not_found`. */
  show(model: string): Promise<Record<string, unknown>> {
    return this.#call("/api/show", SHOW_MS, { model });
  }

  async #call<T>(path: string, timeoutMs: number, body?: object): Promise<T> {
    const url = this.#origin() + path;
    try {
      const { status, _data: said } = await ask.raw<T>(url, {
        timeout: timeoutMs,
        ...(body ? { method: "POST", body } : {}),
      });
      if (status !== 200) throw upstreamFailure(status, {});
      if (!said) throw new ServiceError("upstream_unavailable", NOT_JSON);
      return said;
    } catch (err) {
      if (err instanceof ServiceError) throw err;
      throw callFailure(err);
    }
  }
}

function callFailure(err: unknown): ServiceError {
  if (err instanceof FetchError && err.statusCode !== undefined) {
    return upstreamFailure(err.statusCode, (err.data ?? {}) as Record<string, unknown>);
  }
  if (err instanceof Error && /timeout|aborted/i.test(err.message)) {
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
  try {
    const url = `${origin}/api/version`;
    const said = await ask<{ version?: unknown } | undefined>(url, { timeout: timeoutMs });
    return typeof said?.version === "string" ? { version: said.version } : undefined;
  } catch {
    return undefined;
  }
}
