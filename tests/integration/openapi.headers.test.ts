import { expect, it } from "vitest";
import { ANSWER_HEADERS } from "../../middleware/own-headers.ts";
import type { Gateway } from "../support/gateway.ts";
import { startService } from "../support/service.ts";

interface Header {
  name: string;
  schema: { type: string };
}
type Named = Record<string, { $ref: string }>;
interface Operation {
  parameters: { $ref?: string }[];
  responses: Record<string, { headers: Named }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { parameters: Record<string, Header>; headers: Record<string, Header> };
}

const documentOf = async (gateway: Gateway): Promise<Document> =>
  (await gateway.get("/api/openapi.json").then((r) => r.json())) as Document;

const last = (reference = ""): string => reference.split("/").at(-1) ?? "";

const messages = [{ role: "user", content: "Why is the sky blue?" }];
const chat = { model: "fake", messages };
const ALWAYS = ["X-Shared-Ollama-Request-Id", "Server-Timing"];
const COUNTED = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

interface Case {
  path: string;
  /** Sends it with POST. */
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
  sent: string[];
  /** How often it is asked; the last answer counts. */
  times?: number;
}

it.each<Case>([
  { path: "/api/v1/health", status: 200, sent: ALWAYS },
  { path: "/api/v1/models", status: 200, sent: [...ALWAYS, ...COUNTED] },
  { path: "/api/v1/cache/shadow", status: 404, sent: ALWAYS },
  {
    path: "/api/v1/chat",
    body: chat,
    status: 200,
    sent: [...ALWAYS, ...COUNTED, "X-Cache", "X-Shared-Ollama-Load-Ms"],
  },
  {
    path: "/api/v1/chat",
    body: chat,
    times: 2,
    status: 200,
    sent: [...ALWAYS, ...COUNTED, "X-Cache", "Age"],
  },
  {
    path: "/api/v1/chat/completions",
    body: { ...chat, stream: true },
    status: 200,
    sent: [...ALWAYS, ...COUNTED, "X-Cache", "X-Shared-Ollama-Load-Ms"],
  },
  {
    path: "/api/v1/embeddings",
    body: { model: "all-minilm", prompt: "a text" },
    status: 200,
    sent: [...ALWAYS, ...COUNTED, "X-Shared-Ollama-Load-Ms"],
  },
  { path: "/api/v1/chat", body: {}, status: 422, sent: [...ALWAYS, ...COUNTED] },
  {
    path: "/api/v1/chat",
    body: chat,
    headers: { "X-Project-Name": "two words" },
    status: 400,
    sent: ALWAYS,
  },
  {
    path: "/api/v1/chat",
    body: chat,
    headers: { Origin: "http://a.b" },
    status: 403,
    sent: ALWAYS,
  },
  {
    path: "/api/v1/batch/chat",
    body: { requests: [chat] },
    status: 200,
    sent: [...ALWAYS, ...COUNTED],
  },
  {
    path: "/api/v1/batch/vlm",
    body: {},
    times: 6,
    status: 429,
    sent: [...ALWAYS, ...COUNTED, "Retry-After"],
  },
])("$path answers $status with headers of the document", async (asked) => {
  const { path, body, headers, status, sent, times = 1 } = asked;
  const { gateway } = await startService({ RESPONSE_CACHE_ENABLED: "true" });
  const ask = () =>
    body === undefined
      ? gateway.get(path, { headers })
      : gateway.post(path, body, { headers: { "Content-Type": "application/json", ...headers } });
  for (let i = 1; i < times; i += 1) await ask().then((answer) => answer.text());
  const answer = await ask();
  await answer.text();
  expect(answer.status).toBe(status);
  const own = Object.keys(ANSWER_HEADERS).filter((name) => answer.headers.has(name));
  expect(own.toSorted()).toEqual(sent.toSorted());

  const { paths, components } = await documentOf(gateway);
  const operation = paths[path]?.[body === undefined ? "get" : "post"];
  const documented = operation?.responses[status]?.headers ?? {};
  for (const name of own) {
    const { schema } = components.headers[last(documented[name]?.$ref)] ?? {};
    expect(schema, `${name} in the document`).toBeDefined();
    if (schema?.type === "integer") expect(answer.headers.get(name)).toMatch(/^\d+$/);
  }
});

it("tells of the cache's headers where they do something, and of the project's everywhere", async () => {
  const { gateway } = await startService();
  const { paths, components } = await documentOf(gateway);
  const cached: string[] = [];
  for (const [path, methods] of Object.entries(paths)) {
    for (const { parameters } of Object.values(methods)) {
      const names = parameters.map(({ $ref }) => components.parameters[last($ref)]?.name);
      expect(names, path).toContain("X-Project-Name");
      if (!names.includes("X-Shared-Ollama-Cache")) continue;
      expect(names, path).toContain("Cache-Control");
      cached.push(path.replace("/api/v1/", ""));
    }
  }
  const chats = ["chat", "chat/completions", "batch/chat", "batch/chat/completions"];
  expect(cached.toSorted()).toEqual([...chats, "generate", "responses"].toSorted());
});
