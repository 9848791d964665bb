import { unloads } from "./keep-alive.ts";
import type { LoadHints } from "./load-hints.ts";
import { ServiceError } from "../errors/service-error.ts";
import { brokenOff } from "../errors/unreachable.ts";
import type { Transport } from "../http/transport.ts";
import { skipBody } from "../hosts/lines.ts";
import { failureOf } from "../hosts/upstream-failure.ts";
import { awakeTimeoutSignal } from "../runtime/awake-timeout.ts";

/** A server that takes longer to let go of a model is stuck. */
const UNLOAD_LIMIT_MS = 60_000;

/** A load that takes longer has failed: even 40 GB come from a disk in this time. */
const LOAD_LIMIT_MS = 10 * 60_000;

interface Server {
  transport: Pick<Transport, "call">;
  origin: string;
}

/**
 * Loads a model: an empty request, as Ollama defines it. Settles when the model is in memory.
 * @throws ServerFailure with the server's own words; ServiceError `upstream_unavailable` where it
 * cannot be asked or breaks off, `upstream_timeout` where it takes too long.
 */
export async function loadModel(
  { transport, origin }: Server,
  model: string,
  { kind, options, shift, keepAlive }: LoadHints,
): Promise<void> {
  const body = {
    model,
    // Embedding models refuse an empty generate, and load on an embed of nothing.
    ...(kind === "embed" ? { input: [] } : { stream: false }),
    ...(options ? { options } : {}),
    ...(shift === undefined ? {} : { shift }),
    // With 0 this empty request would be an unload; the request itself asks for that.
    ...(keepAlive === undefined || unloads(keepAlive) ? {} : { keep_alive: keepAlive }),
  };
  const path = kind === "embed" ? "/api/embed" : "/api/generate";
  await post({ transport, origin }, path, body, LOAD_LIMIT_MS);
}

/** Unloads a model: the same request, to be kept for no time. @throws as `loadModel`. */
export function unloadModel(server: Server, model: string): Promise<void> {
  const body = { model, stream: false, keep_alive: 0 };
  return post(server, "/api/generate", body, UNLOAD_LIMIT_MS);
}

async function post(
  { transport, origin }: Server,
  path: string,
  body: object,
  limitMs: number,
): Promise<void> {
  const signal = awakeTimeoutSignal(limitMs);
  try {
    const answer = await transport.call({
      origin,
      method: "POST",
      path,
      body: JSON.stringify(body),
      signal,
    });
    if (answer.status !== 200) throw await failureOf(answer);
    // The connection is free again when the answer was read.
    await skipBody(answer.body);
  } catch (err) {
    if (signal.aborted) throw tooSlow(limitMs);
    throw err instanceof ServiceError ? err : brokenOff(err);
  }
}

function tooSlow(limitMs: number): ServiceError {
  const message = `The inference server was not done with the model within ${limitMs / 60_000} min`;
  return new ServiceError("upstream_timeout", message);
}
