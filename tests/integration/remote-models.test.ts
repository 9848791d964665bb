import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama, type Received } from "../support/fake-ollama.ts";
import { zstd } from "../support/encoded-bodies.ts";
import { startGateway } from "../support/gateway.ts";

const REMOTE = "gpt-oss:120b-cloud";
const MESSAGES = [{ role: "user", content: "hi" }];

/** What a client sends of itself, and what is of the request. */
const OF_THE_CLIENT = {
  authorization: "Bearer secret",
  "x-api-key": "secret",
  cookie: "session=secret",
  "x-project-name": "acme",
  "user-agent": "acme-app/1.0",
  "x-forwarded-for": "10.1.2.3",
};
const OF_THE_REQUEST = { "content-type": "application/json", "anthropic-version": "2023-06-01" };

async function setUp(env: Record<string, string> = {}, models = ["fake:latest", REMOTE]) {
  const fake = await startFakeOllama({ models });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: fake.url,
    TRUSTED_PROXIES: "127.0.0.1",
    ...env,
  });
  return { fake, gateway };
}

/** The headers of a request with a value that the client has sent. */
function sentOn({ rawHeaders = [] }: Partial<Received> = {}, sent: Record<string, string>) {
  const headers = rawHeaders.map((name, i) => [name.toLowerCase(), rawHeaders[i + 1]] as const);
  return headers
    .filter(([name, value]) => name in sent && sent[name] === value)
    .map(([name]) => name);
}

const ROUTES: [path: string, body: object][] = [
  ["/api/chat", { messages: MESSAGES }],
  ["/api/generate", { prompt: "hi" }],
  ["/api/show", {}],
  ["/v1/chat/completions", { messages: MESSAGES }],
  ["/v1/embeddings", { input: "hi" }],
  ["/api/v1/chat", { messages: MESSAGES }],
  ["/api/v1/generate", { prompt: "hi" }],
  ["/api/v1/embeddings", { input: "hi" }],
  ["/api/v1/chat/completions", { messages: MESSAGES }],
];

describe("a model that runs on another machine", () => {
  it.each(ROUTES)("is refused at %s unless such models are allowed", async (path, body) => {
    const { fake, gateway } = await setUp({}, ["fake:latest"]);
    const answer = await gateway.post(path, { model: REMOTE, ...body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("ALLOW_CLOUD_MODELS");
    expect(fake.to(path)).toEqual([]);
  });

  it("is refused by its path too, and under its second reading", async () => {
    const { fake, gateway } = await setUp();
    expect((await gateway.get(`/api/v1/models/${REMOTE}/show`)).status).toBe(400);
    expect((await gateway.get(`/v1/models/${REMOTE}`)).status).toBe(400);
    expect((await gateway.get(`/v1/models/${encodeURIComponent(REMOTE)}`)).status).toBe(400);
    const twice = `{"MODEL":"${REMOTE}","model":"fake","messages":[]}`;
    expect((await gateway.post("/api/chat", twice)).status).toBe(400);
    expect((await gateway.post("/api/show", `{"name":"${REMOTE}"}`)).status).toBe(400);
    const emptied = `{"model":"${REMOTE}","MODEL":""}`;
    expect((await gateway.post("/api/show", emptied)).status).toBe(400);
    expect(fake.to("/api/chat")).toEqual([]);
    expect(fake.to("/api/show")).toEqual([]);
  });

  it.each([
    ["with a form's type", "/api/chat", "content-type", "multipart/form-data; boundary=b"],
    ["as if it were compressed", "/api/chat", "content-encoding", "gzip"],
    ["as if it were zstd", "/api/chat", "content-encoding", "zstd"],
    // Ollamas before 0.18 do not know it there.
    ["as if it were zstd", "/v1/chat/completions", "content-encoding", "zstd"],
  ])("is refused in a body of JSON that comes %s to %s", async (_how, path, name, value) => {
    const { fake, gateway } = await setUp();
    const headers = { ...OF_THE_REQUEST, [name]: value };
    const answer = await gateway.post(path, { model: REMOTE, messages: MESSAGES }, { headers });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("ALLOW_CLOUD_MODELS"),
    ]);
    expect(fake.to(path)).toEqual([]);
  });

  it.each(["zstd, identity", "identity,zstd"])("is refused in zstd under %j", async (encoding) => {
    const { fake, gateway } = await setUp();
    const path = "/v1/responses";
    const headers = { ...OF_THE_REQUEST, "content-encoding": encoding };
    const body = new Uint8Array(zstd(JSON.stringify({ model: REMOTE, input: "hi" })));
    expect((await gateway.post(path, "", { headers, body })).status).toBe(400);
    expect(fake.to(path)).toEqual([]);
  });

  it("is refused by /api/show in all its spellings, and in a body too deep to be read", async () => {
    const { fake, gateway } = await setUp();
    expect((await gateway.post("/API/Show/", { model: REMOTE })).status).toBe(400);
    const deep = `${"[".repeat(40_000)}${"]".repeat(40_000)}`;
    const answer = await gateway.post("/api/show", `{"x":${deep},"model":"${REMOTE}"}`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("levels")]);
    expect(fake.received.filter(({ target }) => /show/i.test(target))).toEqual([]);
  });

  it("is refused under another name that only the list gives away", async () => {
    const { fake, gateway } = await setUp({}, ["fake:latest", "mine:latest"]);
    fake.script("/api/tags", (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const entry = {
        name: "mine:latest",
        digest: "m",
        size: 1,
        remote_host: "https://ollama.com",
      };
      response.end(JSON.stringify({ models: [entry] }));
    });
    // What is installed may have changed.
    await gateway.post("/api/copy", { source: "a", destination: "b" });
    const answer = await gateway.post("/api/chat", { model: "mine", messages: MESSAGES });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("ALLOW_CLOUD_MODELS"),
    ]);
    expect(fake.to("/api/chat")).toEqual([]);
  });

  it.each(ROUTES.filter(([path]) => !path.startsWith("/api/v1/")))(
    "is told nothing of the client at %s",
    async (path, body) => {
      const { fake, gateway } = await setUp({ ALLOW_CLOUD_MODELS: "true", FORWARD_AUTH: "always" });
      const headers = { ...OF_THE_CLIENT, ...OF_THE_REQUEST };
      const answer = await gateway.post(path, { model: REMOTE, ...body }, { headers });
      expect(answer.status).toBe(200);
      const [received] = fake.to(path);
      expect(sentOn(received, OF_THE_REQUEST)).toHaveLength(2);
      expect(sentOn(received, OF_THE_CLIENT)).toEqual([]);
    },
  );

  it.each([
    `{"model":"fake","MODEL":"${REMOTE}","messages":[]}`,
    `{"MODEL":"${REMOTE}","model":"fake","messages":[]}`,
  ])(
    "may be meant by a body that can be read in two ways, which tells nothing either: %s",
    async (body) => {
      const { fake, gateway } = await setUp({ ALLOW_CLOUD_MODELS: "true", FORWARD_AUTH: "always" });
      await gateway.post("/api/chat", body, { headers: { ...OF_THE_CLIENT, ...OF_THE_REQUEST } });
      const [received] = fake.to("/api/chat");
      expect(sentOn(received, OF_THE_REQUEST)).toHaveLength(2);
      expect(sentOn(received, OF_THE_CLIENT)).toEqual([]);
    },
  );

  it("takes no place of this machine, and nothing loads it", async () => {
    const { fake, gateway } = await setUp({ ALLOW_CLOUD_MODELS: "true", UPSTREAM_PARALLEL: "1" });
    const open: (() => void)[] = [];
    fake.script("/api/generate", async ({ body }, response) => {
      const isLoad = !body.includes("prompt");
      if (!isLoad) await new Promise<void>((resolve) => void open.push(resolve));
      response.end("{}");
    });
    const first = gateway.post("/api/generate", { model: "fake", prompt: "hi" });
    await until(() => open.length === 1, "the model's only place to be taken");
    const remote = await gateway.post("/api/v1/chat", { model: REMOTE, messages: MESSAGES });
    expect(remote.status).toBe(200);
    for (const end of open) end();
    await first;
    const asked = fake.received.map(({ target, body }) => `${target} ${String(body)}`);
    const ofRemote = asked.filter((line) => line.includes(REMOTE));
    expect(ofRemote).toHaveLength(1);
    expect(ofRemote[0]).toMatch(/^\/api\/chat /);
  });
});
