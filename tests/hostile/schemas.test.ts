import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { eventsOf } from "../support/event-stream.ts";
import { jsonOf, startService } from "../support/service.ts";
import { onBun } from "../../src/runtime/on-bun.ts";
import { expectNativeError } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const EASY = { type: "object", required: ["a"] };
const RIGHT = '{"a":1}';

/** Backtracks 2^40 times before it says no. */
const SLOW_PATTERN = { type: "string", pattern: "^(a+)+$" };
const SLOW_TEXT = JSON.stringify(`${"a".repeat(40)}!`);

/** Each part refers to the next one twice: 2^40 checks, whatever the value. */
const DOUBLING = {
  $ref: "#/$defs/d0",
  $defs: {
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => {
        const next = { $ref: `#/$defs/d${i + 1}` };
        return [`d${i}`, { allOf: [next, next] }];
      }),
    ),
    d40: {},
  },
};

/** So many values in all. */
function schemaOf(values: number): object {
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { type: "string" }]));
  const parts = Array.from({ length: values / 200 }, (_, i) => [
    `q${i}`,
    { type: "object", properties: fields(99) },
  ]);
  return { type: "object", properties: Object.fromEntries(parts) as object };
}

/** The service in front of a model that answers what it is asked. */
async function start() {
  const reply = (_path: string, { prompt }: Record<string, unknown>) =>
    Promise.resolve([String(prompt)]);
  const { gateway, ollama } = await startService({}, { reply });
  const ask = (format: object, prompt: string, more: object = {}, init: RequestInit = {}) =>
    gateway.post(
      "/api/v1/generate",
      { model: "fake", prompt, format, strict: true, ...more },
      init,
    );
  return { gateway, ollama, ask };
}

describe("a hostile schema", () => {
  it.each([
    ["whose pattern runs for ever", SLOW_PATTERN, SLOW_TEXT, "#/pattern"],
    ["whose parts refer to each other again and again", DOUBLING, RIGHT, "#"],
  ])("%s is refused, and others are checked all the same", async (_name, schema, text, path) => {
    const { gateway, ollama, ask } = await start();
    const [bad, good] = await Promise.all([ask(schema, text), ask(EASY, RIGHT)]);
    expect(good.status).toBe(200);
    // Bun's regular expressions give up by themselves, on a fast machine before the deadline.
    if (onBun && schema === SLOW_PATTERN && bad.status === 502) return;
    await expectNativeError(bad, {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: `format: ${path}: takes longer than 1000 ms`,
      more: { schema_path: path },
    });
    // Another try costs the model nothing.
    const calls = ollama.to("/api/generate").length;
    expect((await ask(schema, text)).status).toBe(400);
    expect(ollama.to("/api/generate")).toHaveLength(calls);
    await nothingIsHeld({ gateway });
  });

  it("does not hold where it runs for ever on a stream", async () => {
    const { gateway, ask } = await start();
    const events = await eventsOf(await ask(SLOW_PATTERN, SLOW_TEXT, { stream: true }));
    expect(events.at(-1)).toMatchObject({ done: true, schema_valid: false });
    await nothingIsHeld({ gateway });
  });

  it("of 10 000 values is used, or refused for its size, and nobody waits for it", async () => {
    const { gateway, ask } = await start();
    const large = await ask(schemaOf(10_000), "{}");
    if (large.status !== 200) {
      expect(await jsonOf(large)).toMatchObject({
        code: "invalid_request",
        error: expect.stringContaining("format: #: takes longer than 1000 ms") as string,
      });
    }
    expect((await ask(EASY, RIGHT)).status).toBe(200);
    await nothingIsHeld({ gateway });
  });

  it("refers to itself without end", async () => {
    const { ask } = await start();
    const answer = await ask({ anyOf: [{ $ref: "#" }] }, RIGHT);
    expect([answer.status, (await jsonOf(answer))["schema_path"]]).toEqual([400, "#"]);
  });

  it("holds nothing for a client that leaves while it runs", async () => {
    const { gateway, ask } = await start();
    const leaving = new AbortController();
    const left = ask(SLOW_PATTERN, SLOW_TEXT, {}, { signal: leaving.signal }).catch(() => "left");
    await until(() => gateway.service.load().schemaChecks === 1, "a schema is run");
    leaving.abort();
    expect(await left).toBe("left");
    await nothingIsHeld({ gateway });
  });
});
