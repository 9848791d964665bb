import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { forwarded } from "../../src/inference/answers.ts";
import { NO_FACTS, type BodyFacts } from "../../src/dialects/inspect-body.ts";
import { assertPassable, passedRequest } from "../../src/dialects/passed-request.ts";
import type { Turn } from "../../src/inference/turn.ts";
import { cacheMode } from "../cache-headers.ts";
import { callerOf } from "../caller-of.ts";
import { readBody } from "../read-body.ts";
import { passCached } from "./cached-answer.ts";
import { passed, sending, telling } from "./forwarding.ts";
import { passDirectly } from "./pass-directly.ts";
import { operationOf, pathKind, takesForm } from "./path-kind.ts";
import type { PassThroughServices } from "./services.ts";

/** Answers what Ollama answers: bytes untouched both ways, inference through the fair queue. */
export function passThrough(services: PassThroughServices) {
  return async function passThrough(c: AppContext): Promise<Response> {
    const { path } = c.req;
    const kind = pathKind(c.get("exchange").method, path);
    c.get("record").operation = operationOf(path);
    return kind === "inference" ? passInference(c, services) : passDirectly(c, services, kind);
  };
}

async function passInference(c: AppContext, services: PassThroughServices): Promise<Response> {
  const { catalog, cached, pipeline, transport } = services;
  const record = c.get("record");
  const exchange = c.get("exchange");
  const { path } = c.req;
  const { pieces, facts, isSmall } = await inspected(c, services);
  assertPassable(facts, catalog);
  if (facts.model !== "") record.model = facts.model;
  const [body = new Uint8Array()] = pieces;
  const compresses = wantsCompressedImages(c) && facts.hasImages;
  const request = passedRequest({ path, tenant: record.tenant, facts, record: record.call });
  const wanted = cached && cacheMode(c);
  if (cached && wanted !== undefined) {
    // A large body would hold up streams while it is parsed; then it is no small question either.
    const mode = isSmall ? wanted : "off";
    const answer = await passCached(c, cached, { path, body, facts, request, mode });
    if (answer) return answer;
  }
  const { signal } = exchange;
  return pipeline.withPlace(request, signal, async (turn) => {
    const sent = compresses ? await withCompressedImages(c, services, body, turn) : pieces;
    const passing = forwarded(turn, transport, {
      exchange,
      body: sending(c, sent),
      headers: turn.isRemote || !facts.modelIsCertain ? "anonymous" : services.headers,
      ...telling(c),
    });
    return passed(c, passing);
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
  const { body, facts } = isSmall ? found : await found(callerOf(c));
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
  turn: Turn,
): Promise<Uint8Array[]> {
  const record = c.get("record");
  const { tenant } = record;
  const { signal } = turn;
  const result = await turn.during("images", compressImages(body, { tenant, signal }));
  record.images = result.facts;
  record.imageCompression = true;
  return result.pieces;
}
