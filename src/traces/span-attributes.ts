import type { Attributes } from "@opentelemetry/api";
import type { EndedRequest } from "../requests/ended-request.ts";
import { cut, TEXT_LIMITS } from "../runtime/text-limits.ts";

/** What is known of a request from its beginning. */
export interface RequestLine {
  method: string;
  path: string;
}

/** The methods that OpenTelemetry knows; any other is `_OTHER`. */
const METHODS = new Set([
  ...["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"],
]);

/** Operations in the words of the GenAI conventions. */
const OPERATIONS: ReadonlyMap<string | undefined, string> = new Map([
  ...each("chat", [
    ...["chat", "vlm", "batch_chat", "batch_vlm", "chat/completions", "responses", "messages"],
  ]),
  ...each("text_completion", ["generate", "completions"]),
  ...each("embeddings", ["embed", "embeddings", "similarity"]),
  ...each("generate_content", ["audio/transcriptions", "images/generations", "images/edits"]),
]);

function each(operation: string, own: string[]): [string, string][] {
  return own.map((name) => [name, operation]);
}

/**
 * What is said of a request as a whole: never what it asks, nor a header, nor its query. What is
 * undefined is left out.
 * @param line undefined for an item of a batch.
 */
export function requestAttributes(ended: EndedRequest, line: RequestLine | undefined): Attributes {
  const { route, status, operation, model } = ended;
  const genAi = OPERATIONS.get(operation);
  return {
    "http.request.method": line && knownMethod(line),
    "http.route": line && isRoute(route) ? route.slice(route.indexOf(" ") + 1) : undefined,
    "http.response.status_code": line && status > 0 ? status : undefined,
    "http.request.body.size": line && ended.bytesIn,
    "http.response.body.size": line && ended.bytesOut,
    "url.path": line && cut(line.path, TEXT_LIMITS.modelName),
    "url.scheme": line && "http",
    "gen_ai.operation.name": genAi,
    "gen_ai.request.model": genAi && model,
    "error.type": hasFailed(ended) || status >= 400 ? errorType(ended) : undefined,
    "shared_ollama.request_id": ended.id,
    "shared_ollama.project": cut(ended.project, TEXT_LIMITS.modelName),
    "shared_ollama.operation": operation,
    "shared_ollama.model": genAi ? undefined : model,
    "shared_ollama.dialect": ended.dialect,
    "shared_ollama.ended": ended.ended,
    "shared_ollama.streamed": ended.streamed,
    "shared_ollama.cache": ended.cache,
    "shared_ollama.saved_ms": ended.savedMs,
  };
}

/** Its name among the spans: one of few. */
export function requestName({ route }: EndedRequest, line: RequestLine | undefined): string {
  if (!line) return "batch item";
  return isRoute(route) ? route : knownMethod(line);
}

/** What is said of the call to the inference server. @param isShared others had a part in it. */
export function upstreamAttributes(ended: EndedRequest, isShared: boolean): Attributes {
  const { operation, model, firstMs } = ended;
  const genAi = OPERATIONS.get(operation);
  const isStream = genAi !== undefined && ended.streamed;
  const server = serverOf(ended.host);
  return {
    "server.address": server?.address,
    "server.port": server?.port,
    "gen_ai.operation.name": genAi,
    "gen_ai.provider.name": genAi && "ollama",
    "gen_ai.request.model": genAi && model,
    "gen_ai.request.stream": isStream ? true : undefined,
    "gen_ai.response.time_to_first_chunk":
      isStream && firstMs !== undefined ? firstMs / 1000 : undefined,
    "gen_ai.usage.input_tokens": ended.inputTokens,
    "gen_ai.usage.output_tokens": ended.outputTokens,
    "error.type": hasFailed(ended) ? errorType(ended) : undefined,
    "shared_ollama.model": genAi ? undefined : model,
    "shared_ollama.tokens_estimated": ended.tokensEstimated,
    "shared_ollama.first_ms": firstMs,
    "shared_ollama.inference_ms": ended.inferenceMs,
    "shared_ollama.context": ended.context,
    "shared_ollama.prompt_cut": ended.isPromptCut ? true : undefined,
    "shared_ollama.shared_call": isShared ? true : undefined,
  };
}

/** The name of that call. */
export function upstreamName({ operation, model }: EndedRequest): string {
  const known = OPERATIONS.get(operation);
  if (known === undefined) return "upstream";
  return model === undefined ? known : `${known} ${model}`;
}

/** What is said of the wait for a place. */
export function queueAttributes({ waitedBehind }: EndedRequest): Attributes {
  return { "shared_ollama.waited_behind": waitedBehind };
}

/** What is said of the wait for the model. */
export function loadAttributes({ loadShared }: EndedRequest): Attributes {
  return { "shared_ollama.load_shared": loadShared };
}

/** What is said of the work on images. */
export function imageAttributes({ images, imageBytesSaved }: EndedRequest): Attributes {
  return {
    "shared_ollama.images": images,
    "shared_ollama.image_bytes_saved": imageBytesSaved,
  };
}

/** It ended in another way than by what its client asked or did. */
export function hasFailed({ ended, status }: EndedRequest): boolean {
  if (ended === "completed" || ended === "client_left") return false;
  // A refusal is a whole answer, and the client's to look at.
  return ended !== "failed" || status >= 500 || status < 400;
}

function errorType({ errorCode, status, ended }: EndedRequest): string {
  return errorCode ?? (status >= 400 ? String(status) : ended);
}

/** There is one server, or a few. */
let latest: { host: string; address: string; port: number } | undefined;

function serverOf(host: string | undefined): typeof latest {
  if (host === undefined) return undefined;
  if (latest?.host === host) return latest;
  const { hostname, port, protocol } = new URL(host);
  latest = { host, address: hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
  return latest;
}

function knownMethod({ method }: RequestLine): string {
  return METHODS.has(method) ? method : "_OTHER";
}

/** Whether it is a line of the table of routes, and not `other`. */
function isRoute(route: string | undefined): route is string {
  return route?.includes(" ") === true;
}
