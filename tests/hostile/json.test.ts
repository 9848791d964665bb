import { describe, expect, it } from "vitest";
import { DIALECTS, expectErrorOf } from "../support/dialect-errors.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const PATHS = DIALECTS.map(({ path }) => path);
const isOwn = (path: string): boolean => path.startsWith("/api/v1/");

const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
/** A body with this in a field that no server knows. */
const bodyWith = (value: string): string =>
  `{"model":"fake","messages":[{"role":"user","content":"hi"}],"more":${value}}`;
const LARGE_BODIES = { MAX_BODY_BYTES: "67108864", VLM_MAX_BODY_BYTES: "67108864" };
/** Lists in a list; of these a body of 60 MB holds 20 million. */
const wide = (count: number): string => `[${"[],".repeat(count)}[]]`;

describe("a body with too much JSON is refused before it is parsed, and goes nowhere", () => {
  it.each(PATHS)("on %s", async (path) => {
    const service = await startService(LARGE_BODIES);
    const { gateway, ollama } = service;
    const error = isOwn(path)
      ? { status: 422, code: "validation_error" }
      : { status: 400, code: "invalid_request" };
    for (const [value, says] of [
      [
        wide(1_100_000),
        isOwn(path) ? /more than 80000 JSON values/ : /more than 1000000 JSON values/,
      ],
      [nested(200_000), /more than 500 levels deep/],
    ] as const) {
      const answer = await gateway.post(path, bodyWith(value));
      const shown = await expectErrorOf(path, answer, error);
      expect(JSON.stringify(shown)).toMatch(says);
    }
    await nothingIsHeld(service);
    expect(ollama.to(path)).toEqual([]);
  });

  it("30 MB of it hold nobody up: another's request is answered, and the threads are free", async () => {
    const service = await startService();
    const { gateway } = service;
    const body = bodyWith(wide(10_000_000));
    const attacks = Array.from({ length: 3 }, () => gateway.post("/api/chat", body));
    const messages = [{ role: "user", content: "x".repeat(300_000) }];
    const other = { model: "fake", messages, stream: false };
    const headers = { "content-type": "application/json", "x-project-name": "other" };
    const init = { headers, body: JSON.stringify(other) };
    // Large enough to be inspected on a thread too.
    const answer = await gateway.post("/api/chat", other, init);
    expect(answer.status).toBe(200);
    for (const attack of attacks) expect((await attack).status).toBe(400);
    await nothingIsHeld(service);
  }, 30_000);
});

describe("JSON that is deep and small", () => {
  // 30 000 levels are 60 KB: such a body is not counted.
  it.each([501, 5000, 30_000])(
    "is refused on /api/v1 where it is sent on: %i levels",
    async (n) => {
      const service = await startService({ MAX_PROMPT_TOKENS: "100000" });
      const { gateway, ollama } = service;
      const deep = nested(n);
      const messages = '"messages":[{"role":"user","content":"hi"}]';
      const call = `{"id":"c","type":"function","function":{"name":"f","arguments":${JSON.stringify(`{"a":${deep}}`)}}}`;
      for (const fields of [
        `${messages},"options":{"a":${deep}}`,
        `${messages},"format":{"a":${deep}}`,
        `${messages},"response_format":{"type":"json_schema","json_schema":{"a":${deep}}}`,
        `${messages},"tools":[{"type":"function","function":{"name":"f","parameters":{"a":${deep}}}}]`,
        `"messages":[{"role":"user","content":${deep}}]`,
        `"messages":[{"role":"assistant","tool_calls":[${call}]}]`,
      ]) {
        for (const path of ["/api/v1/chat", "/api/v1/chat/completions"]) {
          // OpenAI has no options: there they are not acted on, however they look.
          if (fields.includes('"options"') && path.endsWith("/completions")) continue;
          const answer = await gateway.post(path, `{"model":"fake",${fields}}`);
          const shown = await expectErrorOf(path, answer, {
            status: 422,
            code: "validation_error",
          });
          expect(JSON.stringify(shown).length).toBeLessThan(1000);
        }
      }
      await nothingIsHeld(service);
      expect(ollama.to("/api/chat")).toEqual([]);
    },
  );

  it("goes to the inference server on its own paths, also with a wish for the cache", async () => {
    const service = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    const { gateway, ollama } = service;
    const body = bodyWith(nested(20_000));
    const headers = { "x-shared-ollama-cache": "exact" };
    for (const init of [{}, { headers }]) {
      const answer = await gateway.post("/api/chat", body, init);
      expect(answer.status).toBe(200);
      await answer.text();
    }
    expect(ollama.to("/api/chat").map((request) => request.body.toString())).toEqual([body, body]);
    await nothingIsHeld(service);
  });
});

describe("JSON of the inference server", () => {
  const answers: [string, string][] = [
    ["deep and small", nested(20_000)],
    ["deep and large", nested(100_000)],
    ["wide", wide(1_100_000)],
  ];

  it.each(answers)("that is %s is its failure", async (_what, value) => {
    const service = await startService();
    const { gateway, ollama } = service;
    const line = `{"model":"fake","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":${value}}}}]},"done":true,"done_reason":"stop"}\n`;
    ollama.script("/api/chat", (_request, response) => void response.writeHead(200).end(line));
    ollama.script("/api/ps", (_request, response) => {
      response.writeHead(200).end(`{"models":[],"more":${value}}`);
    });
    const body = { model: "fake", messages: [{ role: "user", content: "hi" }] };
    for (const stream of [false, true]) {
      const answer = await gateway.post("/api/v1/chat", { ...body, stream });
      const path = "/api/v1/chat";
      await expectErrorOf(path, answer, {
        status: 503,
        code: "upstream_unavailable",
        retryAfter: 2,
      });
    }
    const loaded = await gateway.get("/api/v1/models/ps");
    await expectErrorOf("/api/v1/models/ps", loaded, {
      status: 503,
      code: "upstream_unavailable",
      retryAfter: 2,
    });
    await nothingIsHeld(service);
  });
});
