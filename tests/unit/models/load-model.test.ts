import { expect, it, onTestFinished, vi } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { LoadHints } from "../../../src/models/load-hints.ts";
import type { UpstreamCall } from "../../../src/http/transport.ts";
import type { Signal } from "../../../src/runtime/light-signal.ts";
import { loadModel } from "../../../src/models/load-model.ts";

async function load(hints: LoadHints, status = 200, says = '{"done":true}') {
  const calls: UpstreamCall[] = [];
  async function* body() {
    yield Buffer.from(says);
  }
  const transport = {
    forward: () => Promise.reject(new Error("not here")),
    call: (call: UpstreamCall) => {
      calls.push(call);
      return Promise.resolve({ status, contentType: "", body: body(), isBeingRead: () => true });
    },
    close: () => Promise.resolve(),
  };
  await loadModel({ transport, origin: "http://up" }, "m", hints);
  const [call] = calls;
  return { path: call?.path, body: JSON.parse(String(call?.body ?? "null")) as unknown };
}

it.each<[LoadHints, string, object]>([
  [{ kind: "generate" }, "/api/generate", { model: "m", stream: false }],
  [{ kind: "embed" }, "/api/embed", { model: "m", input: [] }],
  [
    { kind: "generate", options: { num_ctx: 8 }, keepAlive: "10m" },
    "/api/generate",
    { model: "m", stream: false, options: { num_ctx: 8 }, keep_alive: "10m" },
  ],
  [
    { kind: "generate", shift: false },
    "/api/generate",
    { model: "m", stream: false, shift: false },
  ],
  // An empty request with 0 would be an unload.
  [{ kind: "generate", keepAlive: 0 }, "/api/generate", { model: "m", stream: false }],
])("loads by an empty request that respects %j", async (hints, path, body) => {
  expect(await load(hints)).toEqual({ path, body });
});

it("fails in the server's own words", async () => {
  await expect(load({ kind: "generate" }, 500, '{"error":"no memory"}')).rejects.toMatchObject({
    code: "upstream_unavailable",
    message: "no memory",
  });
});

it("says what has come between, and when it has taken too long", async () => {
  const failing = (call: (signal: Signal) => Promise<never>) =>
    loadModel({ transport: { call: ({ signal }) => call(signal) }, origin: "http://up" }, "m", {
      kind: "generate",
    });
  const unavailable = { code: "upstream_unavailable" };
  const broken = failing(() => Promise.reject(new Error("socket hang up")));
  await expect(broken).rejects.toMatchObject(unavailable);
  const away = new ServiceError("upstream_unavailable", "away");
  await expect(failing(() => Promise.reject(away))).rejects.toBe(away);

  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const slow = failing(
    (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  );
  const told = expect(slow).rejects.toMatchObject({
    code: "upstream_timeout",
    message: "The inference server was not done with the model within 10 min",
  });
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  await told;
});
