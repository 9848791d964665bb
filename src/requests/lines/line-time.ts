import type { EndedRequest } from "../ended-request.ts";

let latest = { ms: 0, text: "" };

/** When a request began. Many begin in the same millisecond, and each has several lines. */
export function timeOf({ startedAtMs: ms }: Pick<EndedRequest, "startedAtMs">): string {
  if (latest.ms !== ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}
