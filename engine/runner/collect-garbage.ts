/**
 * Collects all garbage now, on Bun. A model leaves its vocabulary as texts there, and small objects
 * that hold native memory: JavaScriptCore (Bun 1.4) does not see how much hangs on those, and keeps
 * some loads' worth of them. V8 keeps about one.
 */
export function collectGarbage(): void {
  if (process.versions["bun"] !== undefined) Bun.gc(true);
}
