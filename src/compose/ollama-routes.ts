import type { FindNumCtx } from "../../routes/ollama/lane-body.ts";
import type { PassThroughServices } from "../../routes/ollama/services.ts";
import { CachedBytes } from "../cache/cached-bytes.ts";
import { inspectBody } from "../dialects/inspect-body.ts";
import { placeOfNumCtx } from "../dialects/num-ctx-in-body.ts";
import { replaceText } from "../dialects/replace-model.ts";
import { MAX_DECOMPRESSED_BYTES } from "../dialects/zstd-body.ts";
import { ServiceError } from "../errors/service-error.ts";
import { joinedPieces, lengthOf } from "../http/body-pieces.ts";
import { ownedBytes } from "../runtime/owned-bytes.ts";
import type { Base } from "./base.ts";
import type { ResponseCaching } from "./cache.ts";
import { forwardsCredentials } from "./credentials.ts";
import type { Inference } from "./inference.ts";
import { bodyLimits } from "./limits.ts";
import type { Requests } from "./requests.ts";
import type { Threads } from "./threads.ts";

/** What the routes are made from that pass requests through. */
export interface OllamaParts {
  base: Base;
  requests: Pick<Requests, "manageAccess">;
  threads: Threads;
  inference: Inference;
  caching: ResponseCaching;
}

/** Bodies above this are looked into on a worker thread: parsing them would hold up streams. */
const INSPECT_ON_THREAD_BYTES = 262_144;

/** What `/api` and `/v1` work with. */
export function ollamaServices(parts: OllamaParts): PassThroughServices {
  const { settings } = parts.base;
  const { pool, images } = parts.threads;
  const { transport, upstream, pipeline, catalog, aliases } = parts.inference;
  const { answers } = parts.caching;
  return {
    transport,
    upstream,
    pipeline,
    catalog,
    aliases,
    inspect: (pieces) => {
      if (lengthOf(pieces) > INSPECT_ON_THREAD_BYTES) {
        const own = pieces.map(ownedBytes);
        return (caller) => pool.run("inspectBody", own, { ...caller, transfer: own });
      }
      const body = joinedPieces(pieces);
      return { body, facts: inspectBody(body) };
    },
    inspectZstd: async (pieces, caller) => {
      const own = pieces.map(ownedBytes);
      const found = await pool.run("inspectZstd", own, { ...caller, transfer: own });
      if (!found.ok) throw tooLargeDecompressed();
      return found;
    },
    inspectForm: (pieces, head, caller) => {
      const own = pieces.map(ownedBytes);
      return pool.run("inspectForm", { pieces: own, head }, { ...caller, transfer: own });
    },
    replaceModel: ({ body, writing, model }, caller) => {
      if (writing === "json" && body.byteLength <= INSPECT_ON_THREAD_BYTES) {
        return replaceText(body, "model", model);
      }
      const own = ownedBytes(body);
      const replacement = { body: own, writing, model };
      return pool.run("replaceModel", replacement, { ...caller, transfer: [own] });
    },
    compressImages: images.compressImages,
    findNumCtx: settings.contextLanes === "all" ? findNumCtx(pool) : undefined,
    cached: answers && new CachedBytes({ pipeline, answers }),
    headers: forwardsCredentials(settings) ? "all" : "no-credentials",
    allowedKinds: new Set([
      ...(settings.allowAccountRoutes ? (["account"] as const) : []),
      ...(settings.allowExternalRoutes ? (["external"] as const) : []),
    ]),
    manageAccess: parts.requests.manageAccess,
    limits: {
      management: bodyLimits(settings).text,
      inference: { maxBytes: settings.proxyMaxBodyBytes, setting: "PROXY_MAX_BODY_BYTES" },
    },
  };
}

function findNumCtx(pool: Threads["pool"]): FindNumCtx {
  return (body, caller) => {
    if (body.byteLength <= INSPECT_ON_THREAD_BYTES) return { body, place: placeOfNumCtx(body) };
    const own = ownedBytes(body);
    return pool.run("placeOfNumCtx", own, { ...caller, transfer: [own] });
  };
}

function tooLargeDecompressed(): ServiceError {
  const message = `The decompressed body is larger than ${MAX_DECOMPRESSED_BYTES} bytes, the most that Ollama takes`;
  return new ServiceError("request_too_large", message, {
    fields: { limit_bytes: MAX_DECOMPRESSED_BYTES },
  });
}
