import { expect, it } from "vitest";
import { factsOf, type ErrorCode } from "../../src/errors/codes.ts";
import { asCompleted } from "../../src/runtime/as-completed.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { jsonOf, startService } from "../support/service.ts";

/** What a status of the inference server means for a client; every other one: it is of no use. */
const MEANINGS: Record<number, ErrorCode> = {
  400: "invalid_request",
  404: "model_not_found",
  408: "upstream_timeout",
  504: "upstream_timeout",
};
const codeOf = (status: number): ErrorCode => MEANINGS[status] ?? "upstream_unavailable";

/** HTTP has no body for it. */
const NO_BODY = 304;
/** Those with a meaning, and of the others what servers and proxies answer; the table has a test for all. */
const STATUSES = [300, 301, 302, 303, 304, 307, 308].concat([
  ...[
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 415, 417, 418, 421, 422, 423,
  ],
  ...[
    425, 426, 428, 429, 431, 451, 460, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 529,
    599,
  ],
]);
const texts = (status: number): string => `answer with ${status}`;
const messages = (status: number) => [{ role: "user", content: texts(status) }];

/** The server answers with the status that the question names, in words that quote it. */
function obey(ollama: FakeOllama, path: string): void {
  ollama.script(path, ({ body }, response) => {
    const status = Number(/answer with (\d+)/.exec(body.toString())?.[1]);
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(status === NO_BODY ? undefined : `{"error":"I say ${status}"}`);
  });
}

async function start() {
  const service = await startService({
    RATE_LIMIT_ENABLED: "false",
    UPSTREAM_PARALLEL: "8",
    BATCH_CHAT_MAX_REQUESTS: "300",
    QUEUE_CHAT_MAX_QUEUE_SIZE: "500",
  });
  for (const path of ["/api/chat", "/api/generate", "/api/embed"]) obey(service.ollama, path);
  return service;
}

/** Asks for all of them, a few at once. */
async function eachStatus(ask: (status: number) => Promise<void>): Promise<void> {
  const run = (index: number) => ask(STATUSES[index] ?? 0);
  for await (const _done of asCompleted(STATUSES.length, 4, run));
}

const said = (status: number) =>
  expect.stringContaining(status === NO_BODY ? "status 304" : `I say ${status}`) as string;

it.each<[string, string, (status: number) => object]>([
  ["a whole answer", "/api/v1/chat", (status) => ({ messages: messages(status) })],
  ["a stream", "/api/v1/chat", (status) => ({ messages: messages(status), stream: true })],
  ["a generated text", "/api/v1/generate", (status) => ({ prompt: texts(status) })],
])("each status has its one meaning for %s: %s", async (_what, path, bodyOf) => {
  const { gateway } = await start();
  await eachStatus(async (status) => {
    const answer = await gateway.post(path, { model: "fake", ...bodyOf(status) });
    const code = codeOf(status);
    expect([answer.status, await jsonOf(answer)]).toEqual([
      factsOf(code).status,
      expect.objectContaining({ code, error: said(status) }),
    ]);
  });
});

it.each(["prompt", "input"])(
  "each status has its one meaning for embeddings: %s",
  async (field) => {
    const { gateway } = await start();
    await eachStatus(async (status) => {
      // Texts with the same options would go together.
      const body = { model: "all-minilm", [field]: texts(status), dimensions: status };
      const answer = await gateway.post("/api/v1/embeddings", body);
      const code = codeOf(status);
      expect([answer.status, await jsonOf(answer)]).toMatchObject([
        factsOf(code).status,
        { code, error: { code, message: said(status) } },
      ]);
    });
  },
);

it.each(["/api/v1/batch/chat", "/api/v1/batch/chat/completions"])(
  "each status has its one meaning for the items of %s",
  async (path) => {
    const { gateway } = await start();
    const requests = STATUSES.map((status) => ({ model: "fake", messages: messages(status) }));
    const { results } = await jsonOf(await gateway.post(path, { requests }));
    expect(results).toEqual(
      STATUSES.map((status, index) =>
        expect.objectContaining({
          index,
          success: false,
          code: codeOf(status),
          error: said(status),
        }),
      ),
    );
  },
);
