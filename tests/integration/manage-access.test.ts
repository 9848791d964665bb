import { expect, it } from "vitest";
import { KNOWN_PATHS } from "../../routes/ollama/path-kind.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { startService } from "../support/service.ts";

/**
 * Each route of the service is in one of these lists: a later one has to decide who may use it.
 * Routes of `/api/v1` as their document names them.
 */
const OPEN_ROUTES = [
  "POST /api/v1/generate",
  "POST /api/v1/chat",
  "POST /api/v1/chat/completions",
  "POST /api/v1/vlm",
  "POST /api/v1/vlm/openai",
  "POST /api/v1/batch/chat",
  "POST /api/v1/batch/chat/completions",
  "POST /api/v1/batch/vlm",
  "POST /api/v1/batch/vlm/completions",
  // Each tenant's own: responses.kept.test.ts.
  "POST /api/v1/responses",
  "GET /api/v1/responses/{id}",
  "DELETE /api/v1/responses/{id}",
  "POST /api/v1/embeddings",
  "POST /api/v1/embeddings/similarity",
  "GET /api/v1/models",
  "GET /api/v1/models/ps",
  "GET /api/v1/models/{name}/show",
  "GET /api/v1/models/{name}",
  "GET /api/v1/health",
  "GET /api/v1/ready",
  "GET /api/v1/queue",
  "GET /api/v1/queue/stats",
  "GET /api/v1/cache/stats",
  "GET /api/v1/cache/shadow",
  "GET /api/v1/system/memory",
  // What it shows to whom, and who may have servers started: mcp.service.test.ts.
  "GET /api/v1/mcp",
  // A client sees and cancels its own.
  "GET /api/v1/requests",
  "GET /api/v1/requests/{id}",
  "DELETE /api/v1/requests/{id}",
  "GET /api/v1/events",
  // Who may change an agent, and see a run: agents.test.ts.
  "GET /api/v1/agents",
  "POST /api/v1/agents/create",
  "GET /api/v1/agents/{name}",
  "PUT /api/v1/agents/{name}",
  "DELETE /api/v1/agents/{name}",
  "POST /api/v1/agents/{name}/validate",
  "GET /api/v1/agents/runs",
  "GET /api/v1/agents/runs/{id}",
  // Another tenant's run is not there: tests agents.runs, agents.streams and agents.approvals.
  "POST /api/v1/agents/{name}/run",
  "GET /api/v1/agents/runs/{id}/events",
  "POST /api/v1/agents/runs/{id}/cancel",
  "POST /api/v1/agents/runs/{id}/approve",
  "GET /api/v1/system/model-profile",
  // Whose figures each client is shown: figures.access.test.ts.
  "GET /api/v1/metrics",
  "GET /api/v1/performance/stats",
  "GET /api/v1/analytics",
  "GET /api/v1/analytics/export",
  "GET /api/v1/usage",
];
const MANAGING_ROUTES = [
  "POST /api/v1/models/create",
  "POST /api/v1/models/{name}/copy",
  "POST /api/v1/models/pull",
  "DELETE /api/v1/models/pull/{name}",
  "DELETE /api/v1/models/{name}",
  "POST /api/v1/models/{name}/load",
  "POST /api/v1/models/{name}/unload",
  "POST /api/v1/models/{name}/pin",
  "DELETE /api/v1/models/{name}/pin",
  "DELETE /api/v1/cache",
  "DELETE /api/v1/requests",
];

/** The same for the paths that pass through, whose other methods than GET, HEAD and OPTIONS count. */
const OPEN_PATHS = [
  "/api/generate",
  "/api/chat",
  "/api/embed",
  "/api/embeddings",
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/responses",
  "/v1/messages",
  "/v1/audio/transcriptions",
  "/v1/images/generations",
  "/v1/images/edits",
  "/api/show",
  "/",
  "/api/version",
  "/api/tags",
  "/api/ps",
  "/api/status",
  "/api/experimental/model-recommendations",
  "/v1/models",
  "/v1/models/",
  // These have settings of their own.
  "/api/experimental/web_search",
  "/api/experimental/web_fetch",
  "/api/me",
  "/api/signout",
  "/api/user/keys/",
];
const MANAGING_PATHS = [
  "/api/create",
  "/api/copy",
  "/api/delete",
  "/api/pull",
  "/api/push",
  "/api/experimental/aliases",
  "/api/blobs/",
];

/** Says that a request came through a proxy on this machine, from another one. */
const ELSEWHERE = { "x-forwarded-for": "192.0.2.7" };
const REFUSED = { status: 403, says: expect.stringContaining("ALLOW_REMOTE_MANAGEMENT=true") };

async function ask(
  gateway: Gateway,
  [method = "", path = ""]: string[],
  headers: Record<string, string> = ELSEWHERE,
) {
  const body = method === "GET" || method === "HEAD" ? null : "{}";
  const answer = await gateway.get(path, { method, headers, body });
  const isEndless = path === "/api/v1/events";
  if (isEndless) await answer.body?.cancel();
  return { status: answer.status, says: isEndless ? "" : await answer.text() };
}

it("has a decision for each route of the document", async () => {
  const { gateway } = await startService();
  const { paths } = gateway.service.document() as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual([...OPEN_ROUTES, ...MANAGING_ROUTES].sort());
});

it("has a decision for each path of the table of those that pass through", () => {
  expect([...KNOWN_PATHS].sort()).toEqual([...OPEN_PATHS, ...MANAGING_PATHS].sort());
});

it.each(MANAGING_ROUTES)("%s is for clients on this machine", async (route) => {
  const { gateway, ollama } = await startService();
  const [method = "", path = ""] = route.replace("{name}", "fake").split(" ");
  expect(await ask(gateway, [method, path])).toEqual(REFUSED);
  expect(ollama.received.filter(({ method }) => method !== "GET")).toEqual([]);
  expect((await ask(gateway, [method, path], {})).says).not.toContain("ALLOW_REMOTE_MANAGEMENT");
});

it.each(OPEN_ROUTES)("%s is for everyone", async (route) => {
  const { gateway } = await startService();
  const answer = await ask(gateway, route.replace("{name}", "fake").split(" "));
  expect(answer.status).not.toBe(403);
});

it.each(MANAGING_PATHS)("%s changes models, which is for clients on this machine", async (path) => {
  const ollama = await startFakeOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  const target = path.endsWith("/") ? `${path}sha256:${"0".repeat(64)}` : path;
  for (const method of ["POST", "DELETE", "PUT"]) {
    const answer = await ask(gateway, [method, target]);
    expect(answer).toEqual(REFUSED);
    expect(JSON.parse(answer.says)).toEqual({ error: expect.any(String), code: "forbidden" });
  }
  // A lenient server could read it as the same.
  expect(await ask(gateway, ["POST", `${target.toUpperCase()}/`])).toEqual(REFUSED);
  expect(ollama.to(target)).toEqual([]);
  for (const method of ["GET", "HEAD"]) {
    expect((await ask(gateway, [method, target])).status).not.toBe(403);
  }
  await ask(gateway, ["POST", target], {});
  expect(ollama.to(target).at(-1)?.method).toBe("POST");
});

it.each(OPEN_PATHS)("%s is no matter of who may manage", async (path) => {
  const ollama = await startFakeOllama();
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    ALLOW_ACCOUNT_ROUTES: "true",
    ALLOW_EXTERNAL_ROUTES: "true",
  });
  const target = path.endsWith("/") && path !== "/" ? `${path}fake` : path;
  for (const method of ["POST", "GET"]) {
    expect((await ask(gateway, [method, target])).status).not.toBe(403);
  }
});

it("lets clients elsewhere manage where the operator says so", async () => {
  const { gateway, ollama } = await startService({ ALLOW_REMOTE_MANAGEMENT: "true" });
  ollama.script("/api/create", (_request, response) => void response.end("{}"));
  expect((await ask(gateway, ["DELETE", "/api/v1/cache"])).status).toBe(200);
  expect((await ask(gateway, ["POST", "/api/create"])).status).toBe(200);
  expect(ollama.to("/api/create")).toHaveLength(1);
});

it("believes no proxy that a client is on this machine, trusted or not", async () => {
  const { gateway } = await startService({ TRUSTED_PROXIES: "127.0.0.1" });
  for (const headers of [
    { "x-forwarded-for": "127.0.0.1, 192.0.2.7" },
    { "x-forwarded-for": "192.0.2.7, 127.0.0.1" },
    { forwarded: "for=192.0.2.7" },
    { "x-real-ip": "not an address" },
  ]) {
    expect(await ask(gateway, ["DELETE", "/api/v1/cache"], headers)).toEqual(REFUSED);
  }
});
