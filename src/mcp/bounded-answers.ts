import { directFetch } from "../http/direct-fetch.ts";
import type { FloodGuard } from "./flood-guard.ts";
import { McpFault } from "./mcp-fault.ts";
import { MAX_MESSAGE_BYTES } from "./message-limits.ts";

interface BoundedFetchOptions {
  guard: FloodGuard;
  /** Told when an answer is given up because it is too much. */
  onFault: (fault: McpFault) => void;
}

/** Fetch whose answers end where a message in them is too long, or they are too many. */
export function boundedFetch(options: BoundedFetchOptions) {
  return async (url: string | URL, { headers, ...init }: RequestInit = {}): Promise<Response> => {
    // The runtime's own Headers mean nothing to another fetch.
    const plain = Object.fromEntries(new Headers(headers).entries());
    const answer = await directFetch(String(url), { ...init, headers: plain });
    if (!answer.body) return answer;
    return new Response(bounded(answer.body, isStream(answer), options), {
      status: answer.status,
      headers: Object.fromEntries(answer.headers.entries()),
    });
  };
}

function isStream({ headers }: Response): boolean {
  return /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
}

/** A body of at most one message; of a stream, events of at most that. */
function bounded(
  body: ReadableStream<Uint8Array>,
  hasEvents: boolean,
  { guard, onFault }: BoundedFetchOptions,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      const end = hasEvents ? endOfEvents(piece) : 0;
      bytes = end > 0 ? piece.length - end : bytes + piece.length;
      try {
        guard.count(piece.length, hasEvents ? messagesIn(piece) : 1);
        if (bytes > MAX_MESSAGE_BYTES) {
          throw new McpFault(`sent a message of more than ${MAX_MESSAGE_BYTES} bytes`);
        }
      } catch (err) {
        onFault(err as McpFault);
        throw err;
      }
      controller.enqueue(piece);
    },
  });
  return body.pipeThrough(limit);
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** An event of one message has three lines, the empty one included. */
function messagesIn(piece: Uint8Array): number {
  let lines = 0;
  for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) {
    lines += 1;
  }
  return Math.floor(lines / 3);
}

/** Where the last event of a piece ends, with an empty line; 0 where none does. */
function endOfEvents(piece: Uint8Array): number {
  for (let at = piece.lastIndexOf(LINE_FEED); at > 0; at = piece.lastIndexOf(LINE_FEED, at - 1)) {
    const before = piece[at - 1] === RETURN ? piece[at - 2] : piece[at - 1];
    if (before === LINE_FEED || before === undefined) return at + 1;
  }
  // An empty line at the beginning of a piece ends what came before it.
  return piece[0] === LINE_FEED ? 1 : 0;
}
