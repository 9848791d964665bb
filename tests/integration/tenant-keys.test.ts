import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { KEY_NAME } from "../../src/access/key-names.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until } from "../support/deadline.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import type { Header } from "../support/http-wire.ts";
import { jsonRequest } from "../support/raw-client.ts";
import { idOf, startService, type RunningService } from "../support/service.ts";
import { openLine } from "../support/through-gateway.ts";
import { serviceLog } from "../support/gateway.ts";

const BY_KEY = { PROJECT_FROM_API_KEY: "true" };

/** Who a request counts for, as the log has it. */
async function tenantOf(
  { gateway }: Pick<RunningService, "gateway">,
  headers: Record<string, string>,
): Promise<string> {
  const answer = await gateway.get("/api/tags", { headers });
  expect(answer.status).toBe(200);
  const { tenant, project_name: project } = await loggedEventOf(gateway, idOf(answer));
  if (String(tenant).startsWith("[")) expect(project).toBe("unknown");
  else expect(project).toBe(tenant);
  return String(tenant);
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Runs the entry of the service with a text on its standard input. */
function nameOf(key: string, env: Record<string, string>): Promise<{ out: string; rc: unknown }> {
  return new Promise((resolve) => {
    const script = join(projectRoot, "src", "start.mjs");
    const child = execFile(
      process.execPath,
      [script, "--name-key"],
      { env: { PATH: process.env["PATH"], ...env } },
      (err, stdout, stderr) => resolve({ out: stdout + stderr, rc: err?.code ?? 0 }),
    );
    child.stdin?.end(key);
  });
}

describe("PROJECT_FROM_API_KEY", () => {
  it("makes each key a tenant, and none of what all clients have in place of one", async () => {
    const service = await startService(BY_KEY);
    const one = await tenantOf(service, bearer("sk-proj-one"));
    expect(one).toMatch(KEY_NAME);
    expect(await tenantOf(service, { "x-api-key": "sk-proj-one" })).toBe(one);
    const two = await tenantOf(service, bearer("sk-proj-two"));
    expect(two).toMatch(KEY_NAME);
    expect(two).not.toBe(one);
    for (const dummy of ["none", "ollama", "EMPTY"]) {
      expect(await tenantOf(service, bearer(dummy))).toBe("[127.0.0.1]");
    }
    expect(await tenantOf(service, { ...bearer("sk-proj-one"), "x-project-name": "a" })).toBe("a");
  });

  it("is off unless it is wanted", async () => {
    const service = await startService();
    expect(await tenantOf(service, bearer("sk-proj-one"))).toBe("[127.0.0.1]");
  });

  it("leaves a key in no file", async () => {
    const service = await startService(BY_KEY);
    await tenantOf(service, bearer("sk-proj-one"));
    const refused = await service.gateway.get("/api/nothing%", { headers: bearer("sk-proj-one") });
    expect(refused.status).toBe(400);
    await loggedEventOf(service.gateway, idOf(refused));
    const { home } = service.gateway;
    const files = ["logs/api.log", "logs/requests.jsonl", "data/key-secret"];
    const texts = await Promise.all(files.map((file) => readFile(join(home, file), "utf8")));
    expect([...texts, await serviceLog(service.gateway)].join("\n")).not.toContain("sk-proj");
  });

  it("has the names that config/tenants.yaml gives, read again while the service runs", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shared-ollama-tenants-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const tenantsFile = join(folder, "tenants.yaml");
    await writeFile(tenantsFile, "");
    const service = await startService(BY_KEY, {}, { tenantsFile });
    const { gateway } = service;
    const says = (words: string) =>
      until(() => gateway.said.some((line) => line.includes(words)), `the service says ${words}`);
    const own = await tenantOf(service, bearer("sk-proj-one"));
    await writeFile(tenantsFile, `weights: { search: 4 }\nkeys: { ${own}: search }\n`);
    await says("Weights: 1, names of keys: 1.");
    expect(await tenantOf(service, bearer("sk-proj-one"))).toBe("search");
    await writeFile(tenantsFile, `keys: { ${own}: [search] }\n`);
    await says(`Weights and names stay as they were. config/tenants.yaml: keys.${own}`);
    expect(await tenantOf(service, bearer("sk-proj-one"))).toBe("search");
  });

  it("gives a key the name that the command line says", async () => {
    const service = await startService(BY_KEY);
    const own = await tenantOf(service, bearer("sk-proj-one"));
    const env = { SHARED_OLLAMA_HOME: service.gateway.home };
    expect(await nameOf("sk-proj-one\n", env)).toEqual({ out: `${own}\n`, rc: 0 });
    expect(await nameOf("ollama\n", env)).toEqual({
      out: expect.stringContaining("names nobody") as string,
      rc: 1,
    });
  }, 60_000);
});

const PERSON: Header[] = [
  ["X-OpenWebUI-User-Id", "8d0c"],
  ["X-OpenWebUI-User-Email", "ada@example.org"],
  ["X-OpenWebUI-User-Name", "Ada Lovelace"],
];

describe("TENANT_HEADERS", () => {
  const BY_EMAIL = { TENANT_HEADERS: "X-OpenWebUI-User-Email,X-OpenWebUI-User-Name" };

  it("names the tenant by the first that is there, whatever stands in it", async () => {
    const service = await startService(BY_EMAIL);
    expect(await tenantOf(service, Object.fromEntries(PERSON))).toBe("ada@example.org");
    const named = await tenantOf(service, { "x-openwebui-user-name": "Ada Lovelace" });
    expect(named).toMatch(/^Ada_Lovelace:[0-9a-f]{16}$/);
    expect(await tenantOf(service, { "x-openwebui-user-id": "8d0c" })).toBe("[127.0.0.1]");
    const forged = await tenantOf(service, { "x-openwebui-user-email": "[127.0.0.1]" });
    expect(forged).toMatch(/^_127\.0\.0\.1_:/);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ["all of them where they name nobody", {}, ["Id", "Email", "Name"]],
    ["those that name nobody", BY_EMAIL, ["Id"]],
    ["all where credentials go", { ...BY_EMAIL, FORWARD_AUTH: "always" }, ["Id", "Email", "Name"]],
  ])("are passed on: %s", async (_which, env, expected) => {
    const { client, upstream } = await openLine(env);
    for (const target of ["/api/chat", "/api/show", "/project/a/v1/chat/completions"]) {
      const answer = client.ask(jsonRequest(target, { model: "fake", messages: [] }, PERSON));
      const received = await upstream.next();
      received.answer("200 OK", [["Content-Type", "application/json"]], "{}");
      await answer.ended();
      const arrived = PERSON.map(([name]) => name).filter((name) => received.header(name));
      expect(arrived, target).toEqual(expected.map((part) => `X-OpenWebUI-User-${part}`));
    }
  });

  it("may be sent by pages that are let in", async () => {
    const { gateway } = await startService({ ...BY_EMAIL, OLLAMA_ORIGINS: "https://app.example" });
    const answer = await gateway.get("/project/a/api/chat", {
      method: "OPTIONS",
      headers: { origin: "https://app.example", "access-control-request-method": "POST" },
    });
    const allowed = (answer.headers.get("access-control-allow-headers") ?? "").split(",");
    expect(allowed).toEqual(expect.arrayContaining(["x-openwebui-user-email", "X-Project-Name"]));
  });
});
