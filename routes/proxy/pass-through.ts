import type { AppContext } from "../../middleware/env.ts";
import { isAbort, ServiceError } from "../../src/errors/service-error.ts";
import type { ImageFacts } from "../../src/images/image-compressor.ts";
import type { AnswerCache } from "../../src/cache/answer-cache.ts";
import type { BodyFacts } from "../../src/inference/inspect-body.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import { isRemoteModel } from "../../src/models/remote-model.ts";
import type { Residency } from "../../src/models/residency.ts";
import { tooLarge, type BodyLimit } from "../../src/runtime/body-limit.ts";
import type { ForwardEnd, Transport } from "../../src/runtime/transport.ts";
import type { Admission, Admitted } from "../../src/scheduling/admission.ts";
import type { PoolName } from "../../src/scheduling/fair-queue.ts";
import type { Upstream } from "../../src/upstream/upstream.ts";
import { cacheWish } from "../cache-headers.ts";
import { whileHere } from "../while-here.ts";
import { admit, settleModel } from "./admit.ts";
import { passCached } from "./cached-answer.ts";
import { changesModels, operationOf, pathKind } from "./path-kind.ts";

/** Has a large body read on a thread, which gives it back. */
type InspectOnThread = (signal: AbortSignal) => Promise<{ body: Uint8Array; facts: BodyFacts }>;

/** What passing through works with. */
export interface PassThroughServices {
  transport: Transport;
  upstream: Pick<Upstream, "origin" | "suspect">;
  admission: Admission;
  residency: Pick<Residency, "used" | "forget">;
  catalog: Pick<ModelCatalog, "assertAllowed" | "invalidate" | "isRestricted">;
  /** Reads a body's facts, large ones on a worker thread. */
  inspect: (body: Uint8Array) => BodyFacts | InspectOnThread;
  /** Compresses the images of a body. */
  slim: (
    body: Uint8Array,
    signal: AbortSignal,
  ) => Promise<{ body: Uint8Array; facts: ImageFacts[] }>;
  /** The response cache, for requests that ask for it; undefined where it is off. */
  answers: AnswerCache | undefined;
  /** Whether what clients prove themselves with goes on, save for models that run elsewhere. */
  forwardsCredentials: boolean;
  limits: {
    management: BodyLimit;
    inference: BodyLimit;
    /** Longest wait in the queue, in milliseconds. */
    maxWaitMs: Record<PoolName, number>;
  };
}

/** Answers what Ollama answers: bytes untouched both ways, inference through the fair queue. */
export function passThrough(services: PassThroughServices) {
  return async function passThrough(c: AppContext): Promise<Response> {
    const exchange = c.get("exchange");
    const record = c.get("record");
    const path = c.req.path;
    const kind = pathKind(exchange.method, path);
    record.operation = operationOf(path);
    if (kind === "inference") return passInference(c, services);
    if (kind === "blob") return forward(c, services, "stream", {});
    const body = hasBody(c) ? await readWithin(c, services.limits.management) : undefined;
    const onEnd = changesModels(path) ? () => services.catalog.invalidate() : undefined;
    return forward(c, services, body, onEnd ? { onEnd } : {});
  };
}

async function passInference(c: AppContext, services: PassThroughServices): Promise<Response> {
  const record = c.get("record");
  const exchange = c.get("exchange");
  let body = await readWithin(c, services.limits.inference);
  const inspected = services.inspect(body);
  let facts: BodyFacts;
  if (typeof inspected === "function") ({ facts, body } = await whileHere(c, inspected));
  else facts = inspected;
  if (facts.model !== "") {
    record.model = facts.model;
    services.catalog.assertAllowed(facts.model);
  }
  if (services.catalog.isRestricted && !facts.modelIsCertain) {
    throw new ServiceError("invalid_request", "The body has to be JSON that names its model once");
  }
  const isSlim = wantsSlimImages(c) && facts.hasImages;
  const wish = services.answers && cacheWish(c);
  if (wish !== undefined) {
    // A large body would hold up streams while it is parsed; then it is no small question either.
    const isSmall = typeof inspected !== "function";
    const answer = await passCached(c, services, { body, facts, wish: isSmall ? wish : "off" });
    if (answer) return answer;
  }
  const admitted = await admit(services, { path: c.req.path, record, facts }, exchange);
  const sent = isSlim ? await slimmed(c, services, body, admitted) : body;
  return forward(c, services, sent, {
    admitted,
    isRemote: !facts.modelIsCertain || isRemoteModel(facts.model),
    onEnd: (end) => {
      admitted.release(end.complete && end.status < 500 ? "completed" : "failed");
      settleModel(services, facts, end);
    },
  });
}

/** Whether the client asks for its images to be compressed (off unless it does). */
function wantsSlimImages(c: AppContext): boolean {
  const asked = c.get("exchange").header("x-shared-ollama-image-compression");
  if (asked === undefined || asked === "off") return false;
  if (asked === "on") return true;
  throw new ServiceError("invalid_request", "X-Shared-Ollama-Image-Compression takes on or off");
}

/**
 * The body with its images compressed. It is done in the request's place of the queue: tenants
 * take turns there, while the threads know no tenants.
 */
async function slimmed(
  c: AppContext,
  { slim }: PassThroughServices,
  body: Uint8Array,
  admitted: Admitted,
): Promise<Uint8Array> {
  try {
    const result = await whileHere(c, (signal) => slim(body, signal));
    const record = c.get("record");
    record.images = result.facts;
    record.imageCompression = true;
    return result.body;
  } catch (err) {
    admitted.release("failed");
    throw err;
  }
}

interface Forwarding {
  admitted?: Admitted;
  /** It is for a model of the server's own provider, or may be. */
  isRemote?: boolean;
  onEnd?: (end: ForwardEnd) => void;
}

async function forward(
  c: AppContext,
  { transport, upstream, forwardsCredentials }: PassThroughServices,
  body: Uint8Array | "stream" | undefined,
  { admitted, isRemote = false, onEnd }: Forwarding,
): Promise<Response> {
  const exchange = c.get("exchange");
  const record = c.get("record");
  record.queueMs = admitted?.queueMs;
  record.loadMs = admitted?.loadMs;
  const sentAt = performance.now();
  try {
    const { origin } = upstream;
    const answer = await transport.forward({
      exchange,
      origin,
      body,
      credentials: forwardsCredentials && !isRemote,
      addHeaders: (whole) => {
        record.isOpen = true;
        record.streamed = !whole;
        record.firstMs = performance.now() - sentAt;
        const added = [...c.get("addedHeaders"), "Server-Timing", record.serverTiming(whole)];
        return whole ? added : [...added, "X-Accel-Buffering", "no"];
      },
      onEnd: (end) => {
        onEnd?.(end);
        if (end.status !== 0) record.end(end);
      },
    });
    c.set("addedHeaders", []);
    return answer;
  } catch (err) {
    // The transport has told its end; before it was reached nobody has.
    admitted?.release("failed");
    record.isOpen = false;
    if (err instanceof ServiceError && !isAbort(err)) upstream.suspect();
    throw err;
  }
}

function hasBody(c: AppContext): boolean {
  const exchange = c.get("exchange");
  const length = exchange.header("content-length");
  return exchange.header("transfer-encoding") !== undefined || (!!length && length !== "0");
}

async function readWithin(c: AppContext, limit: BodyLimit): Promise<Uint8Array> {
  const exchange = c.get("exchange");
  const declared = Number(exchange.header("content-length") ?? 0);
  if (declared > limit.maxBytes) throw tooLarge(limit, declared);
  return exchange.readBody(limit);
}
