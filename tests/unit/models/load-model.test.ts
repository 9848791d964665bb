import { expect, it } from "vitest";
import type { LoadHints } from "../../../src/models/loaded-models.ts";
import type { UpstreamCall } from "../../../src/http/transport.ts";
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
