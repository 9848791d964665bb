import type { EndedRequest } from "../ended-request.ts";

/** The second of the latest: to write one out as a date takes ten times as long as to add to it. */
let latest = { second: Number.NaN, text: "" };

/** When a request began, as an ISO date with milliseconds. */
export function timeOf({ startedAtMs: ms }: Pick<EndedRequest, "startedAtMs">): string {
  const second = Math.floor(ms / 1000);
  if (latest.second !== second) {
    latest = { second, text: new Date(second * 1000).toISOString().slice(0, -"000Z".length) };
  }
  const millis = String(Math.floor(ms) - second * 1000).padStart(3, "0");
  return `${latest.text}${millis}Z`;
}
