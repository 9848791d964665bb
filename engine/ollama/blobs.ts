import { EngineError } from "../errors.ts";
import type { Route } from "../http/router.ts";
import { DigestMismatchError, parseDigest } from "../models/digests.ts";
import { receiveBlob } from "../models/receive.ts";
import type { RouteContext } from "../services.ts";

const PATH = "/api/blobs/:digest";

/** HEAD /api/blobs/:digest: whether a file has been uploaded */
export function headBlobRoute({ services: { store } }: RouteContext): Route {
  return {
    methods: ["HEAD"],
    path: PATH,
    async handler(exchange) {
      const digest = digestIn(exchange.parameter);
      if ((await store.blobs.size(digest)) === undefined) {
        throw new EngineError(404, `blob ${JSON.stringify(exchange.parameter)} not found`);
      }
      exchange.send(200, {});
    },
  };
}

/** POST /api/blobs/:digest: a file for `create`, of any length, written to disk as it comes */
export function uploadBlobRoute({ services: { store } }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: PATH,
    async handler(exchange) {
      const digest = digestIn(exchange.parameter);
      if ((await store.blobs.size(digest)) !== undefined) return exchange.send(200, {});
      try {
        const { signal } = exchange;
        await receiveBlob(store.blobs, { digest, content: exchange.chunks(), signal });
      } catch (err) {
        if (!(err instanceof DigestMismatchError)) throw err;
        throw new EngineError(400, err.message, { cause: err });
      }
      exchange.send(201, {});
    },
  };
}

function digestIn(text: string): string {
  const digest = parseDigest(text);
  if (digest === undefined) throw new EngineError(400, "invalid digest format");
  return digest;
}
