const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An expiry that is further away means for ever: Ollama writes it so. */
const EVER_MS = 50 * 365 * DAY_MS;

/** How long ago it was: `3 hours ago`; `–` where it is not known. */
export function ago(time: string | null | undefined, now = Date.now()): string {
  const at = Date.parse(time ?? "");
  if (Number.isNaN(at)) return "–";
  return now - at < MINUTE_MS ? "just now" : `${span(now - at)} ago`;
}

/** How long it takes until then: `in 4 minutes`, `now`, `never`. */
export function until(time: string, now = Date.now()): string {
  const left = Date.parse(time) - now;
  if (Number.isNaN(left)) return "–";
  if (left <= 0) return "now";
  if (left > EVER_MS) return "never";
  return left < MINUTE_MS ? `in ${plural(Math.ceil(left / 1000), "second")}` : `in ${span(left)}`;
}

function span(ms: number): string {
  if (ms < HOUR_MS) return plural(Math.floor(ms / MINUTE_MS), "minute");
  if (ms < 2 * DAY_MS) return plural(Math.floor(ms / HOUR_MS), "hour");
  if (ms < 60 * DAY_MS) return plural(Math.floor(ms / DAY_MS), "day");
  return plural(Math.floor(ms / (30 * DAY_MS)), "month");
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
