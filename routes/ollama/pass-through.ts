import type { AppContext } from "../../middleware/env.ts";
import { isAbort, ServiceError } from "../../src/errors/service-error.ts";
import { NO_FACTS, type BodyFacts } from "../../src/inference/inspect-body.ts";
import { isRemoteModel } from "../../src/models/remote-model.ts";
import { OutgoingBody } from "../../src/http/outgoing-body.ts";
import type { ForwardEnd, ForwardRequest } from "../../src/http/transport.ts";
import type { Admitted } from "../../src/scheduling/admission.ts";
import { cacheMode } from "../cache-headers.ts";
import { readBody } from "../read-body.ts";
import { whileHere } from "../while-here.ts";
import { admit, settleModel } from "./admit.ts";
import { passCached } from "./cached-answer.ts";
import { changesModels, operationOf, pathKind, takesForm } from "./path-kind.ts";
import type { PassThroughServices } from "./services.ts";

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
    const body = hasBody(c) ? await readBody(c, services.limits.management) : undefined;
    const onEnd = changesModels(path) ? () => services.catalog.invalidate() : undefined;
    return forward(c, services, body && sending(c, body), onEnd ? { onEnd } : {});
  };
}

async function passInference(c: AppContext, services: PassThroughServices): Promise<Response> {
  const record = c.get("record");
  const exchange = c.get("exchange");
  const { pieces, facts, isSmall } = await inspected(c, services);
  if (facts.refusal !== undefined) throw new ServiceError("invalid_request", facts.refusal);
  if (facts.model !== "") {
    services.catalog.assertAllowed(facts.model);
    record.model = facts.model;
  }
  if (services.catalog.isRestricted && !facts.modelIsCertain) {
    const message = "The body has to be one plain JSON object that names its model once";
    throw new ServiceError("invalid_request", message);
  }
  const [body = new Uint8Array()] = pieces;
  const compresses = wantsCompressedImages(c) && facts.hasImages;
  const mode = services.answers && cacheMode(c);
  if (mode !== undefined) {
    // A large body would hold up streams while it is parsed; then it is no small question either.
    const answer = await passCached(c, services, { body, facts, mode: isSmall ? mode : "off" });
    if (answer) return answer;
  }
  const admitted = await admit(services, { path: c.req.path, record, facts }, exchange);
  const sent = compresses ? await withCompressedImages(c, services, body, admitted) : pieces;
  return forward(c, services, sending(c, sent), {
    admitted,
    isRemote: !facts.modelIsCertain || isRemoteModel(facts.model),
    onEnd: (end) => {
      admitted.place.release(end.complete && end.status < 500 ? "completed" : "failed");
      settleModel(services, facts, end);
    },
  });
}

/**
 * Reads the body, and what is to be known of it. `isSmall`: it is one piece of JSON, so little that
 * it was read here. JSON is in one piece; what is not JSON stays as it came.
 */
async function inspected(
  c: AppContext,
  { inspect, limits }: PassThroughServices,
): Promise<{ pieces: Uint8Array[]; facts: BodyFacts; isSmall: boolean }> {
  const pieces = await readBody(c, limits.inference);
  if (!isJson(c)) return { pieces, facts: NO_FACTS, isSmall: false };
  const found = inspect(pieces);
  const isSmall = typeof found !== "function";
  const { body, facts } = isSmall ? found : await whileHere(c, found);
  return { pieces: [body], facts, isSmall };
}

/**
 * Whether the server will read the body as JSON, as it stands. The content type is not looked at,
 * as Ollama does not look either, save where a form is read: what stands before its first part
 * could pass for JSON.
 */
function isJson(c: AppContext): boolean {
  const exchange = c.get("exchange");
  const encoding = exchange.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") return false;
  return !takesForm(c.req.path) && !/^\s*multipart\//i.test(exchange.header("content-type") ?? "");
}

/** Whether the client asks for its images to be compressed (off unless it does). */
function wantsCompressedImages(c: AppContext): boolean {
  const asked = c.get("exchange").header("x-shared-ollama-image-compression");
  if (asked === undefined || asked === "off") return false;
  if (asked === "on") return true;
  throw new ServiceError("invalid_request", "X-Shared-Ollama-Image-Compression takes on or off");
}

/**
 * The body with its images compressed. It is done in the request's place of the queue, which
 * bounds how many images of a tenant are in memory at once.
 */
async function withCompressedImages(
  c: AppContext,
  { compressImages }: PassThroughServices,
  body: Uint8Array,
  admitted: Admitted,
): Promise<Uint8Array[]> {
  try {
    const compressing = whileHere(c, (caller) => compressImages(body, caller));
    const result = await admitted.place.during("images", compressing);
    const record = c.get("record");
    record.images = result.facts;
    record.imageCompression = true;
    return result.pieces;
  } catch (err) {
    admitted.place.release("failed");
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
  body: ForwardRequest["body"],
  { admitted, isRemote = false, onEnd }: Forwarding,
): Promise<Response> {
  const exchange = c.get("exchange");
  const record = c.get("record");
  record.queueMs = admitted?.queueMs;
  record.loadMs = admitted?.loadMs;
  const sentAt = performance.now();
  try {
    const { origin } = upstream;
    let hasEnded = false;
    admitted?.place.ownedBy("forwarded call", () => !hasEnded && !exchange.hasLeft);
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
        hasEnded = true;
        onEnd?.(end);
        if (end.status !== 0) record.end(end);
      },
    });
    c.set("addedHeaders", []);
    return answer;
  } catch (err) {
    // The transport has told its end; before it was reached nobody has.
    admitted?.place.release("failed");
    if (err instanceof ServiceError && !isAbort(err)) upstream.suspect();
    throw err;
  }
}

function hasBody(c: AppContext): boolean {
  const exchange = c.get("exchange");
  const length = exchange.header("content-length");
  return exchange.header("transfer-encoding") !== undefined || (!!length && length !== "0");
}

/** A body that is sent on: from then on its memory is others'. */
function sending(c: AppContext, pieces: Uint8Array[]): OutgoingBody {
  const record = c.get("record");
  return new OutgoingBody(pieces, () => record.letGoOfBody());
}
