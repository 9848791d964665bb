// @ts-check
import { decompress } from "fzstd";
import { isLater } from "./version.mjs";

/** @typedef {Record<string, unknown>} Body */

const ZIPPED_PATHS = new Set([
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/messages",
  "/v1/responses",
]);

const MAX_UNZIPPED = 20 * 1024 * 1024;

/**
 * Reads a request's body: JSON, whatever its type says, save where a form is read.
 * @param {{ path: string, headers: import("node:http").IncomingHttpHeaders, bytes: Buffer }} request
 * @param {import("./version.mjs").Version} version
 * @returns {Promise<Body>}
 * @throws Error with Ollama's text for a body that cannot be read.
 */
export async function readBody({ path, headers, bytes }, version) {
  if (isLater(version) && path === "/v1/audio/transcriptions") return fields(headers, bytes);
  const isZipped = isLater(version) && ZIPPED_PATHS.has(path);
  return json(isZipped && headers["content-encoding"] === "zstd" ? unzipped(bytes) : bytes);
}

/** @param {Buffer} bytes */
function unzipped(bytes) {
  let plain;
  try {
    plain = decompress(bytes);
  } catch (cause) {
    throw new Error("magic number mismatch", { cause });
  }
  if (plain.length > MAX_UNZIPPED) throw new Error("http: request body too large");
  return Buffer.from(plain);
}

/** @param {Buffer} bytes @returns {Body} */
function json(bytes) {
  const text = bytes.toString();
  try {
    // `null` is no mistake: nothing is given then.
    return JSON.parse(text) ?? {};
  } catch (cause) {
    const first = text.trimStart()[0] ?? "{";
    const message = /[{["\w-]/.test(first)
      ? "unexpected EOF"
      : `invalid character '${first}' looking for beginning of value`;
    throw new Error(message, { cause });
  }
}

/** @param {import("node:http").IncomingHttpHeaders} headers @param {Buffer} bytes @returns {Promise<Body>} */
async function fields(headers, bytes) {
  const type = headers["content-type"] ?? "";
  try {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    return Object.fromEntries(form.entries());
  } catch (cause) {
    const reason = "request Content-Type isn't multipart/form-data";
    throw new Error(`failed to parse multipart form: ${reason}`, { cause });
  }
}
