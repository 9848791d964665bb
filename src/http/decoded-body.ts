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
 * A body as it was before its Content-Encoding. The service requests none, but a proxy in front
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
  // An error of the source fails the reader, and a reader that stops ends the source.
  source.once("error", (err) => decoder.destroy(err));
  // It may fail before it is read; the reader then gets the error.
  decoder.on("error", () => {});
  decoder.once("close", () => source.destroy());
  return source.pipe(decoder);
}
