import { describe, expect, it } from "vitest";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";

async function setUp(env: Record<string, string> = {}) {
  const fake = await startFakeOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: fake.url, ...env });
  return { fake, gateway };
}

const GUARDED: [kind: string, setting: string, method: string, path: string][] = [
  ["account", "ALLOW_ACCOUNT_ROUTES", "POST", "/api/me"],
  ["account", "ALLOW_ACCOUNT_ROUTES", "POST", "/api/signout"],
  ["account", "ALLOW_ACCOUNT_ROUTES", "DELETE", "/api/user/keys/abc"],
  ["account", "ALLOW_ACCOUNT_ROUTES", "POST", "/API/ME/"],
  ["external", "ALLOW_EXTERNAL_ROUTES", "POST", "/api/experimental/web_search"],
  ["external", "ALLOW_EXTERNAL_ROUTES", "POST", "/api/experimental/web_fetch"],
];

describe.each(GUARDED)("a route of the kind %s (%s): %s %s", (kind, setting, method, path) => {
  const headers = { "content-type": "application/json", "x-project-name": "acme" };
  const ask = { method, headers, body: method === "POST" ? '{"query":"q"}' : null };

  it("is refused in its dialect unless the operator allows it", async () => {
    const { fake, gateway } = await setUp();
    const answer = await fetch(gateway.url + path, ask);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      error: expect.stringContaining(setting) as unknown,
      code: "forbidden",
    });
    expect(fake.to(path)).toEqual([]);
  });

  it("is passed on where the operator allows it", async () => {
    const { fake, gateway } = await setUp({ [setting]: "true" });
    fake.script(path, (_request, response) => void response.end("done"));
    const answer = await fetch(gateway.url + path, ask);
    expect([answer.status, await answer.text()]).toEqual([200, "done"]);
    const [received] = fake.to(path);
    // What goes out into the web says nothing of the client.
    expect(received?.rawHeaders.includes("x-project-name")).toBe(kind === "account");
  });
});

describe("a route that the server does not have", () => {
  it.each(["/v1/messages/count_tokens", "/v1/rerank", "/api/tokenize", "/completion"])(
    "is answered by the server, without a place and without a load: %s",
    async (path) => {
      const { fake, gateway } = await setUp({ QUEUE_CHAT_MAX_CONCURRENT: "1" });
      const body = { model: "fake", messages: [{ role: "user", content: "x".repeat(3_000_000) }] };
      const answer = await gateway.post(path, body);
      expect([answer.status, await answer.text()]).toEqual([404, "404 page not found"]);
      expect(fake.to(path)[0]?.body.toString()).toBe(JSON.stringify(body));
      expect(fake.loads).toEqual([]);
      expect(answer.headers.get("server-timing")).not.toContain("queue");
    },
  );

  it.each([
    ['{"model":"fake"}', true],
    ["model=fake", false],
  ])("gets the client's key with %s: %s", async (body, isSent) => {
    const { fake, gateway } = await setUp({ FORWARD_AUTH: "always" });
    await gateway.post("/completion", body, { headers: { "x-api-key": "secret" } });
    expect(fake.to("/completion")[0]?.rawHeaders.includes("secret")).toBe(isSent);
  });

  it("does not get a model past ALLOWED_MODELS", async () => {
    const { fake, gateway } = await setUp({ ALLOWED_MODELS: "other" });
    const answer = await gateway.post("/completion", { model: "fake", prompt: "hi" });
    expect(answer.status).toBe(400);
    expect(fake.to("/completion")).toEqual([]);
  });
});
