import type { AppContext } from "../../middleware/env.ts";
import { canFollow, errorPart } from "../../src/dialects/last-words.ts";
import { CalledOff, isAbort } from "../../src/errors/abort-reasons.ts";
import { OutgoingBody } from "../../src/http/outgoing-body.ts";
import type { ForwardRequest } from "../../src/http/transport.ts";

/** Waits for an answer's head. Its headers are in there: nothing adds them again. */
export async function passed(c: AppContext, passing: Promise<Response>): Promise<Response> {
  const answer = await passing;
  c.set("addedHeaders", []);
  return answer;
}

/** What a passed answer's head is told of the request, and its record of the answer. */
export function telling(c: AppContext): Pick<ForwardRequest, "addHeaders" | "lastWords" | "onEnd"> {
  const record = c.get("record");
  return {
    addHeaders: (isWhole) => {
      record.isOpen = true;
      record.streamed = !isWhole;
      const timing = record.serverTiming(isWhole);
      const added = [...c.get("addedHeaders"), ...record.waitHeaders, "Server-Timing", timing];
      return isWhole ? added : [...added, "X-Accel-Buffering", "no"];
    },
    lastWords: ({ contentType, tail, reason }) => {
      if (!(reason instanceof CalledOff) || !canFollow(tail.text(), contentType)) return undefined;
      return errorPart(reason, { contentType, dialect: c.get("dialect"), requestId: record.id });
    },
    onEnd: (end) => {
      if (end.status === 0) return;
      if (end.err && !isAbort(end.err)) record.failed(end.err);
      record.end(end);
    },
  };
}

/** A body that is sent on: from then on its memory is others'. */
export function sending(c: AppContext, pieces: Uint8Array[]): OutgoingBody {
  const record = c.get("record");
  return new OutgoingBody(pieces, () => record.letGoOfBody());
}
