import { cut } from "../../runtime/text-limits.ts";
import type { EndedRequest } from "../ended-request.ts";
import type { Room } from "./line-room.ts";
import { timeOf } from "./line-time.ts";

/** What the log line takes from the request itself. */
export interface RequestLine {
  peer: string;
  method: string;
  /** The project that the URL names: the access line shows what was asked for. */
  prefix: string;
  /** Path and query behind it. */
  target: string;
  userAgent: string | undefined;
  referrer: string | undefined;
}

/** The line of `logs/api.log`: the usual combined format, then duration and request id. */
export function accessLine(ended: EndedRequest, line: RequestLine, room: Room): string {
  const status = ended.isWhole ? ended.status : `${ended.status || 499}!`;
  const method = cut(line.method, room.text);
  return (
    `${line.peer} - ${ended.tenant || "-"} [${timeOf(ended)}] "${method} ${quoted(line.prefix + line.target, room.target)} HTTP/1.1" ` +
    `${status} ${ended.bytesOut} "${quoted(line.referrer, room.header)}" "${quoted(line.userAgent, room.header)}" ` +
    `${ended.tookMs.toFixed(1)}ms ${ended.id}\n`
  );
}

/** Paths and headers come from outside: nothing of them may look like another line or field. */
function quoted(value: string | undefined, maxChars: number): string {
  if (value === undefined) return "-";
  return cut(value, maxChars).replaceAll(/["\\\p{Cc}]/gu, escaped);
}

function escaped(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
