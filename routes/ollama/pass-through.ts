import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { forwarded } from "../../src/inference/answers.ts";
import type { FormHead } from "../../src/dialects/form-facts.ts";
import type { BodyFacts } from "../../src/dialects/inspect-body.ts";
import { assertPassable, passedRequest } from "../../src/dialects/passed-request.ts";
import type { BodyWriting } from "../../src/dialects/replace-model.ts";
import { joinedPieces } from "../../src/http/body-pieces.ts";
import type { ForwardedHeaders } from "../../src/http/hop-headers.ts";
import { awakeNow } from "../../src/runtime/awake-clock.ts";
import type { Interval } from "../../src/runtime/interval.ts";
import type { Turn } from "../../src/inference/turn.ts";
import { cacheMode } from "../cache-headers.ts";
import { callerOf } from "../caller-of.ts";
import { maxWaitMs } from "../max-wait-header.ts";
import { isBackground } from "../priority-header.ts";
import { readBody } from "../read-body.ts";
import { withModel } from "./aliased-body.ts";
import { passCached } from "./cached-answer.ts";
import { tellOfContext } from "../context-header.ts";
import { asServerAnswers } from "./failed-load.ts";
import { passed, sending, telling } from "./forwarding.ts";
import { laneBody } from "./lane-body.ts";
import { passDirectly } from "./pass-directly.ts";
import { operationOf, pathKind, routeOf, takesForm } from "./path-kind.ts";
import type { PassThroughServices } from "./services.ts";

/**
 * Answers what Ollama answers, inference through the fair queue. Bytes are untouched both ways, but
 * for an alias, whose model stands in its place.
 */
export function passThrough(services: PassThroughServices) {
  return async function passThrough(c: AppContext): Promise<Response> {
    const { path } = c.req;
    const { method } = c.get("exchange");
    const kind = pathKind(method, path);
    const record = c.get("record");
    record.operation = operationOf(path);
    record.route = routeOf(method, path);
    return kind === "inference"
      ? asServerAnswers(c, passInference(c, services))
      : passDirectly(c, services, kind);
  };
}

async function passInference(c: AppContext, services: PassThroughServices): Promise<Response> {
  const { aliases, catalog, cached, pipeline, transport } = services;
  const record = c.get("record");
  const exchange = c.get("exchange");
  const { path } = c.req;
  const came = await inspected(c, services);
  const model = aliases.modelFor(came.facts.model);
  const found = model === came.facts.model ? came : await withModel(c, services, came, await model);
  const { facts, isSmall, writing } = found;
  assertPassable(facts, catalog);
  if (facts.model !== "") record.model = facts.model;
  const compresses = wantsCompressedImages(c) && writing === "json" && facts.hasImages;
  const background = isBackground(c);
  const { tenant, call } = record;
  const maxExpectedMs = maxWaitMs(c);
  const request = passedRequest({
    path,
    tenant,
    facts,
    background,
    maxExpectedMs,
    record: call,
  });
  const { findNumCtx } = services;
  const inLane = findNumCtx && (await laneBody(c, findNumCtx, found, request));
  const toSend = inLane ?? (() => found.pieces);
  const wanted = cached && cacheMode(c);
  if (cached && wanted !== undefined) {
    // A large body would hold up streams while it is parsed; then it is no small question either.
    const mode = isSmall ? wanted : "off";
    const [body = new Uint8Array()] = found.pieces;
    const answer = await passCached(c, cached, { path, body, facts, toSend, request, mode });
    if (answer) return answer;
  }
  const { signal } = exchange;
  return pipeline.withPlace(request, signal, async (turn) => {
    const pieces = toSend(turn);
    tellOfContext(c);
    const sent = compresses ? await withCompressedImages(c, services, pieces, turn) : pieces;
    const passing = forwarded(turn, transport, {
      exchange,
      body: sending(c, sent),
      headers: headersFor(services, facts, turn.isRemote),
      ...telling(c),
    });
    return passed(c, passing);
  });
}

function headersFor(
  { headers, catalog }: PassThroughServices,
  { models, modelIsCertain, isUnread }: BodyFacts,
  isRemote: boolean,
): ForwardedHeaders {
  if (isRemote || isUnread) return "anonymous";
  if (modelIsCertain) return headers;
  // The server may read another of them.
  const mayBeRemote = models.some((model) => catalog.isRemote(model) !== false);
  return mayBeRemote ? "anonymous" : "no-credentials";
}

/** A body, and what is to be known of it. */
interface InspectedBody {
  /** One piece of what was looked into; what was not stays as it came. */
  pieces: Uint8Array[];
  facts: BodyFacts;
  writing: BodyWriting;
  /** It is JSON, so little that it was read here. */
  isSmall: boolean;
}

/** Reads the body, and what is to be known of it. */
async function inspected(c: AppContext, services: PassThroughServices): Promise<InspectedBody> {
  const pieces = await readBody(c, services.limits.inference);
  const writing = writingOf(c);
  if (writing === "json") {
    const found = services.inspect(pieces);
    const isSmall = typeof found !== "function";
    const { body, facts } = isSmall ? found : await found(callerOf(c));
    return { pieces: [body], facts, writing, isSmall };
  }
  if (writing === "form") {
    const head = formHead(c);
    const { body, facts } = await services.inspectForm(pieces, head, callerOf(c));
    return { pieces: [body], facts, writing: head, isSmall: false };
  }
  const { body, facts } = await services.inspectZstd(pieces, callerOf(c));
  const modelIsCertain = facts.modelIsCertain && writing === "zstd";
  return { pieces: [body], facts: { ...facts, modelIsCertain }, writing: "zstd", isSmall: false };
}

/**
 * How the server will read the body. Ollama looks at the content type only where it takes forms, and
 * at the encoding only for zstd, and that where OpenAI's clients send it: all else is JSON to it.
 * Where there are several encodings servers differ on which of them counts.
 */
function writingOf(c: AppContext): "json" | "zstd" | "perhaps zstd" | "form" {
  const { path } = c.req;
  const exchange = c.get("exchange");
  const isForm = /^\s*multipart\//i.test(exchange.header("content-type") ?? "");
  if (isForm && takesForm(path)) return "form";
  const encoding = exchange.header("content-encoding")?.toLowerCase() ?? "";
  if (!encoding.includes("zstd") || !/^\/v1\//i.test(path)) return "json";
  return encoding === "zstd" ? "zstd" : "perhaps zstd";
}

function formHead(c: AppContext): FormHead {
  const exchange = c.get("exchange");
  const { forwarded } = exchange.target;
  const queryAt = forwarded.indexOf("?");
  return {
    contentType: exchange.header("content-type") ?? "",
    query: queryAt < 0 ? "" : forwarded.slice(queryAt),
  };
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
  pieces: Uint8Array[],
  turn: Turn,
): Promise<Uint8Array[]> {
  const record = c.get("record");
  const { tenant } = record;
  const { signal } = turn;
  const work: Interval = { from: awakeNow(), to: undefined };
  record.imageWork = work;
  const result = await turn.during(
    "images",
    compressImages(joinedPieces(pieces), { tenant, signal }),
  );
  work.to = awakeNow();
  record.images = result.facts;
  record.imageCompression = true;
  return result.pieces;
}
