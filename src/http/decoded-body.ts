import { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { ServiceError } from "../errors/service-error.ts";

const DECODERS = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/**
 * A body as it was before its Content-Encoding. The service asks for none, but a proxy in front
 * of a remote server may compress all the same.
 * @param encoding the header's value; empty for none.
 * @throws ServiceError `upstream_unavailable` for an encoding that it does not know.
 */
export function decodedBody(
  body: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncIterable<Uint8Array> {
  const name = encoding.trim().toLowerCase();
  if (name === "" || name === "identity") return body;
  if (!Object.hasOwn(DECODERS, name)) {
    const message = `The inference server answered in an encoding that nobody asked for: ${name.slice(0, 32)}`;
    throw new ServiceError("upstream_unavailable", message);
  }
  const source = Readable.from(body, { objectMode: false });
  const decoder = DECODERS[name as keyof typeof DECODERS]();
  // A broken source breaks what is read, and whoever stops reading ends the source.
  source.once("error", (err) => decoder.destroy(err));
  // It may break before anybody reads, who then is told.
  decoder.on("error", () => {});
  decoder.once("close", () => source.destroy());
  return source.pipe(decoder);
}
