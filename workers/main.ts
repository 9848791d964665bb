// Entry of a worker thread. Each export is a task that the pool calls by its name. Large bytes of a
// result are transferred to the main thread, not copied.
import { joinedPieces } from "../src/http/body-pieces.ts";
import { locateImages as locate, readImageBody as read } from "../src/images/image-body.ts";
import type { ImageBodyInput } from "../src/images/image-body.ts";
import { inspectForm as inspectFormOf } from "../src/dialects/form-facts.ts";
import {
  inspectBody as inspect,
  NO_FACTS,
  UNREAD,
  type BodyFacts,
} from "../src/dialects/inspect-body.ts";
import { placeOfNumCtx as placeIn } from "../src/dialects/num-ctx-in-body.ts";
import { replaceModel as replace } from "../src/dialects/replace-model.ts";
import { decompressZstd } from "../src/dialects/zstd-body.ts";
import type { TaskInput } from "./protocol.ts";
import { compressImage as compress } from "./tasks/compress-image.ts";
import { atLowPriority } from "./tasks/low-priority.ts";
import { transferring } from "./transfer.ts";

export function inspectBody(pieces: TaskInput<"inspectBody">) {
  const body = joinedPieces(pieces);
  // The body is transferred back, since it is what is sent on.
  return transferring({ body, facts: inspect(body) }, [body]);
}

export async function inspectZstd(pieces: TaskInput<"inspectZstd">) {
  const body = joinedPieces(pieces);
  const result = await decompressZstd(body);
  if (!result.ok && result.reason === "too_large") return { ok: false, reason: result.reason };
  const facts = result.ok ? inspect(result.bytes) : inspectNoZstd(body);
  return transferring({ ok: true, body, facts }, [body]);
}

/** A server that knows nothing of zstd takes what comes for JSON; others refuse it. */
function inspectNoZstd(body: Uint8Array): BodyFacts {
  const facts = inspect(body);
  return facts === NO_FACTS ? UNREAD : { ...facts, modelIsCertain: false };
}

export function inspectForm({ pieces, head }: TaskInput<"inspectForm">) {
  const body = joinedPieces(pieces);
  return transferring({ body, facts: inspectFormOf(body, head) }, [body]);
}

export async function replaceModel(replacement: TaskInput<"replaceModel">) {
  const body = await replace(replacement);
  return transferring(body, [body]);
}

export function readImageBody({ pieces, ...input }: TaskInput<"readImageBody">) {
  const result = read({ body: joinedPieces(pieces), ...input });
  const images = result.ok ? result.images : [];
  return transferring(
    result,
    images.flatMap((image) => (image.ok ? [image.bytes] : [])),
  );
}

export function locateImages({ body, maxImageBytes }: ImageBodyInput) {
  const images = locate({ body, maxImageBytes });
  // The body is transferred back, since it is needed for the text between images.
  return transferring({ body, images }, [body, ...images.map(({ image }) => image.bytes)]);
}

export function placeOfNumCtx(body: TaskInput<"placeOfNumCtx">) {
  return transferring({ body, place: placeIn(body) }, [body]);
}

export async function compressImage(input: TaskInput<"compressImage">) {
  const result = await atLowPriority(() => compress(input));
  return transferring(result, result.ok ? [result.base64] : []);
}
