/**
 * Collects all garbage now, on Bun. An unloaded model leaves its vocabulary there, and small
 * objects that hold native memory. JavaScriptCore (Bun 1.4) does not see how much memory hangs on
 * those objects, and keeps that of several loads. V8 keeps that of about one.
 */
export function collectGarbage(): void {
  if (process.versions["bun"] !== undefined) Bun.gc(true);
}
