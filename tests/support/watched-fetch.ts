import type { AnswerCheck, AnswerHead } from "./documented-answers.ts";

type Fetch = typeof fetch;

interface WatchOptions {
  /** How an answer of the service is to be looked at. */
  check: (head: AnswerHead) => AnswerCheck;
  /** Told of each answer that is not as it should be. */
  onDifference: (what: string) => void;
  /** Told of each body that is still to come. */
  onPending: (read: Promise<void>) => void;
}

/** Only the service's answers carry it. */
const OURS = "x-shared-ollama-request-id";
const STREAMS = new Set(["text/event-stream", "application/x-ndjson"]);
const MOST_BYTES = 1_048_576;

/**
 * A fetch that has the answers of `/api/v1` looked at. What the caller gets is the same: whole
 * answers are read a second time, of streams only what the caller reads is looked at, as it comes.
 */
export function watchedFetch(fetch: Fetch, options: WatchOptions): Fetch {
  const watched = async (...args: Parameters<Fetch>): Promise<Response> => {
    const answer = await fetch(...args);
    if (!answer.headers.has(OURS)) return answer;
    const path = pathOf(answer.url);
    if (!/^\/api\/v1(\/|$)/.test(path)) return answer;
    const [input, init] = args;
    const given = init?.method ?? (input instanceof Request ? input.method : "GET");
    return look(answer, { method: given.toUpperCase(), path }, options);
  };
  return Object.assign(watched, fetch);
}

function look(
  answer: Response,
  { method, path }: Pick<AnswerHead, "method" | "path">,
  { check, onDifference, onPending }: WatchOptions,
): Response {
  const { status, headers } = answer;
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  const tell = (what: string | undefined): void => {
    if (what !== undefined) onDifference(`${method} ${path} ${status}: ${what}`);
  };
  const { head, body, part } = check({ method, path, status, type });
  tell(head);
  if (head !== undefined || !answer.body) return answer;
  if (STREAMS.has(type)) {
    const parts = type === "text/event-stream" ? eventData : lines;
    return withBody(
      answer,
      parts((text) => tell(part(text))),
    );
  }
  // Without a length it is not whole, and might never be.
  if (Number(headers.get("content-length") ?? Infinity) > MOST_BYTES) return answer;
  const second = answer.clone();
  // A client that leaves takes its answer with it.
  onPending(
    second.text().then(
      (text) => tell(body(text)),
      () => undefined,
    ),
  );
  return answer;
}

/** Named as the service names it; what it cannot name, it refuses. */
function pathOf(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname).replaceAll(/\/{2,}/g, "/");
  } catch {
    return pathname;
  }
}

/** The same answer, each piece of its body seen before the reader gets it. */
function withBody(answer: Response, seen: (piece: Uint8Array) => void): Response {
  const reader = answer.body?.getReader();
  if (!reader) return answer;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        seen(value);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read before the caller asks for it.
    { highWaterMark: 0 },
  );
  const { status, statusText, headers, url } = answer;
  const same = new Response(body, { status, statusText, headers });
  return Object.defineProperty(same, "url", { value: url });
}

/** Cuts a stream at its `end`s. A part that is cut short, or beyond the limit, is nobody's. */
function cutter(end: string, onPart: (text: string) => void): (piece: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  let bytes = 0;
  return (piece) => {
    bytes += piece.length;
    if (bytes > MOST_BYTES) {
      rest = "";
      return;
    }
    const parts = (rest + decoder.decode(piece, { stream: true })).split(end);
    rest = parts.pop() ?? "";
    for (const part of parts) onPart(part);
  };
}

function lines(onPart: (text: string) => void): (piece: Uint8Array) => void {
  return cutter("\n", onPart);
}

function eventData(onPart: (text: string) => void): (piece: Uint8Array) => void {
  return cutter("\n\n", (frame) => {
    // Comments have no meaning, and OpenAI's last word is no JSON.
    if (/^(?::|retry: )/.test(frame) || frame === "data: [DONE]") return;
    onPart(frame.replace(/^(?:id: .+\n)?(?:event: .+\n)?data: /, ""));
  });
}
