import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { jsonBody, jsonLines, MAX_REPORT_BYTES } from "../../hosts/lines.ts";
import { directFetch } from "../../http/direct-fetch.ts";

/** A server, the name that a model is to have there, and the GGUF file that it is made from. */
interface ShippedModel {
  origin: string;
  model: string;
  file: string;
}

/**
 * Puts a GGUF file into Ollama: its blob, then a model from it. No network is needed.
 * @throws Error with the server's own message, where it has one; the signal's reason.
 */
export async function installFromFile(
  { origin, model, file }: ShippedModel,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash, { signal });
  const digest = `sha256:${hash.digest("hex")}`;
  const blob = `${origin}/api/blobs/${digest}`;
  const there = await directFetch(blob, { method: "HEAD", signal });
  if (!there.ok) {
    const { size } = await stat(file);
    const body = Readable.toWeb(createReadStream(file));
    const init = { method: "POST", headers: { "content-length": String(size) }, duplex: "half" };
    const sent = await directFetch(blob, { ...init, body, signal } as unknown as RequestInit);
    if (!sent.ok) throw new Error(`the blob was refused with status ${sent.status}`);
  }
  const answer = await directFetch(`${origin}/api/create`, {
    method: "POST",
    body: JSON.stringify({ model, files: { [basename(file)]: digest } }),
    signal,
  });
  await assertAnswered(answer);
  if (!answer.body) return;
  for await (const line of jsonLines(answer.body, { maxBytes: MAX_REPORT_BYTES })) {
    if (typeof line["error"] === "string") throw new Error(line["error"]);
  }
}

async function assertAnswered(answer: Response): Promise<void> {
  if (answer.ok) return;
  const reading = jsonBody(answer.body, { maxBytes: MAX_REPORT_BYTES });
  const { error }: Record<string, unknown> = await reading.catch(() => ({}));
  throw new Error(
    typeof error === "string" ? error : `the server answered with status ${answer.status}`,
  );
}
