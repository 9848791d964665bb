import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../../middleware/env.ts";
import { isAbort } from "../../../src/errors/abort-reasons.ts";
import { renderError } from "../../../src/errors/render.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { BodyImage } from "../../../src/images/image-body.ts";
import { tooLarge } from "../../../src/http/body-limit.ts";
import type { LineName } from "../../../src/scheduling/fair-queue.ts";
import { answerJson } from "../../answer-json.ts";
import { cacheMode } from "../../cache-headers.ts";
import { checked, readImageJson } from "../../read-json.ts";
import type { PreparedRequest } from "../answer.ts";
import { BATCH_CODES, errorResponses } from "../contract/errors.ts";
import { maybe } from "../contract/fields.ts";
import { imageFields } from "../contract/images.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import type { ChatForm } from "../forms/chat-form.ts";
import { nativeChat } from "../forms/native-chat.ts";
import { nativeVision } from "../forms/native-vision.ts";
import { openaiChat, openaiVision } from "../forms/openai-chat.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { isObject } from "../../../src/runtime/is-object.ts";
import { objectOf } from "../../../src/runtime/object-of.ts";
import type { BatchServices } from "./batch-services.ts";
import { streamAnswer, streamHead } from "../../stream-answer.ts";
import { batchAnswer, batchRequest, batchStream, type BatchDialect } from "./batch-contract.ts";
import { batchFrames, type BatchStream } from "./batch-frames.ts";
import { BatchCount, runBatch, type ItemResult } from "./run-batch.ts";

/** What the four batch routes differ in. */
interface BatchKind {
  path: string;
  operationId: string;
  summary: string;
  operation: string;
  perMinute: number;
  line: LineName;
  stream: BatchStream;
  dialect: BatchDialect;
  item: ItemKind;
}

/** One form of item. */
interface ItemKind {
  schema: z.ZodType;
  /** @throws ServiceError for an item that cannot be used. */
  prepare: (
    item: unknown,
    envelope: Envelope,
    images: BodyImage[],
    services: BatchServices,
  ) => Promise<PreparedRequest>;
}

const KINDS: BatchKind[] = [
  {
    path: "/api/v1/batch/chat",
    operationId: "batchChat",
    summary: "Chats by the dozen, in the service's own form",
    operation: "batch_chat",
    perMinute: 10,
    line: "text",
    stream: "ndjson",
    dialect: "service",
    item: itemOf(nativeChat),
  },
  {
    path: "/api/v1/batch/chat/completions",
    operationId: "batchChatCompletions",
    summary: "Chats by the dozen, in OpenAI's form",
    operation: "batch_chat",
    perMinute: 10,
    line: "text",
    stream: "events",
    dialect: "openai",
    item: itemOf(openaiChat),
  },
  {
    path: "/api/v1/batch/vlm",
    operationId: "batchVlm",
    summary: "Chats about images by the dozen, in the service's own form",
    operation: "batch_vlm",
    perMinute: 5,
    line: "vision",
    stream: "ndjson",
    dialect: "service",
    item: itemOf(nativeVision),
  },
  {
    path: "/api/v1/batch/vlm/completions",
    operationId: "batchVlmCompletions",
    summary: "Chats about images by the dozen, in OpenAI's form",
    operation: "batch_vlm",
    perMinute: 5,
    line: "vision",
    stream: "events",
    dialect: "openai",
    item: itemOf(openaiVision),
  },
];

/** POST /api/v1/batch/chat, /batch/chat/completions, /batch/vlm, /batch/vlm/completions */
export function batchRoutes(router: ServiceRouter, services: BatchServices): void {
  for (const kind of KINDS) {
    const { rate, tenantText, tenantVision } = services.guards;
    const name = kind.path.replace("/api/v1/", "");
    const place = kind.line === "text" ? tenantText : tenantVision;
    mount(router, documented(kind, services), [rate(name, kind.perMinute), place], (c) =>
      batch(c, services, kind),
    );
  }
}

function documented(kind: BatchKind, { limits }: BatchServices): ServiceRoute {
  const { path, operationId, summary, dialect, line } = kind;
  const { maxItems } = limits[line];
  const schema = batchRequest({ operationId, dialect, line, maxItems, item: kind.item.schema });
  return {
    method: "post",
    path,
    operationId,
    tags: ["Batch"],
    summary,
    // Only text is answered from the cache.
    headers: line === "text" ? ["rateLimit", "cacheOfItems"] : ["rateLimit"],
    request: { body: { required: true, content: { "application/json": { schema } } } },
    responses: {
      200: {
        description: "The results in the order of the requests; with `stream: true` as they come",
        content: {
          "application/json": { schema: batchAnswer(dialect, line) },
          ...batchStream(kind.stream, dialect, line),
        },
      },
      ...errorResponses(BATCH_CODES, dialect),
    },
  };
}

/** The batch itself; items are checked one by one, so that a bad one does not fail the others. */
const Envelope = z.looseObject({
  // Counted below, against the route's own limit.
  requests: z
    .custom<unknown[]>(Array.isArray, "a list of requests is needed")
    .refine(({ length }) => length > 0, "at least one request is needed"),
  compression_format: imageFields.compression_format,
  stream: maybe(z.boolean()),
});

type Envelope = z.infer<typeof Envelope>;

async function batch(c: AppContext, services: BatchServices, kind: BatchKind): Promise<Response> {
  const record = c.get("record");
  record.operation = kind.operation;
  const { value, images, bytes } = await readImageJson(c, services.readImages);
  const limit = services.bodyLimits[images.length > 0 ? "vision" : "text"];
  if (bytes > limit.maxBytes) throw tooLarge(limit, bytes);
  const envelope = checked(value, Envelope);
  if (kind.dialect === "service") refuseUnknown(envelope, kind.line);
  const { requests, stream } = envelope;
  const { maxItems, atOnce } = services.limits[kind.line];
  if (requests.length > maxItems) throw tooManyItems(requests.length, maxItems);
  const models = modelsOf(requests).map(async (name) => services.aliases.modelFor(name));
  services.catalog.assertAllAllowed(await Promise.all(models));
  services.queue.assertRoomForBackground(kind.line);
  // Items with images wait in their own line, whatever the route.
  if (images.length > 0) services.queue.assertRoomForBackground("vision");
  const prepare = (index: number): Promise<PreparedRequest> =>
    kind.item.prepare(requests[index], envelope, images, services);
  const cache = cacheMode(c) ?? "semantic";
  const results = runBatch(c, services, { count: requests.length, atOnce, cache, prepare });
  const count = new BatchCount(record, requests.length);
  if (stream) {
    const type = kind.stream === "events" ? "text/event-stream" : "application/x-ndjson";
    record.streamed = true;
    const onFailure = (err: unknown): object => {
      if (isAbort(err)) throw err;
      record.failed(err);
      return renderError(err, "service", record.id).body;
    };
    const frames = batchFrames(results, count, { stream: kind.stream, onFailure });
    return streamAnswer(c, streamHead(type), frames);
  }
  const ordered: ItemResult[] = [];
  for await (const result of results) {
    count.add(result);
    ordered[result.index] = result;
  }
  return answerJson(c, { ...count.figures(), results: ordered });
}

/** Items of a form. The compression format of the batch wins over an item's own. */
function itemOf<T extends object>(form: ChatForm<T>): ItemKind {
  return {
    schema: form.schema,
    prepare: async (item, { compression_format: format }, images, services) => {
      if (!isObject(item)) {
        throw new ServiceError("validation_error", "The item is not a JSON object");
      }
      const input = checked(item, form.schema);
      const given = format ? { ...input, compression_format: format } : input;
      return form.prepare(given, images, services);
    },
  };
}

/** The batch of a native route is as strict as its items are. */
function refuseUnknown(envelope: Envelope, line: LineName): void {
  const { compression_format: _format, ...textFields } = Envelope.shape;
  const known = line === "vision" ? Envelope.shape : textFields;
  const unknown = Object.keys(envelope).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length === 0) return;
  throw new ServiceError("validation_error", `Unrecognized key: "${unknown.join('", "')}"`);
}

/** The models that items name; one without characters is its item's own failure. */
function modelsOf(requests: unknown[]): string[] {
  const models = requests.map((item) => {
    const { model } = objectOf(item);
    return typeof model === "string" ? model.trim() : "";
  });
  return models.filter((model) => model !== "");
}

function tooManyItems(count: number, limit: number): ServiceError {
  const message = `The batch has ${count} requests; the limit is ${limit}`;
  return new ServiceError("batch_too_large", message, { fields: { limit }, param: "requests" });
}
