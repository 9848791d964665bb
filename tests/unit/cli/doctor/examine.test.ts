import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CHECKS } from "../../../../src/cli/doctor/finding.ts";
import type { Machine } from "../../../../src/cli/doctor/machine.ts";
import { modelsYaml } from "../../../support/config.ts";
import { examined } from "../../../support/doctor.ts";
import { startFakeOllama } from "../../../support/fake-ollama.ts";
import { makeHome, startServiceProcess } from "../../../support/service-process.ts";

const PATIENCE_MS = 40_000;
const REQUIRED = "smollm2:135m";

/** An environment in which nothing is wrong: a folder, an Ollama with the required model, a free port. */
async function healthy(models = [REQUIRED]) {
  const home = await makeHome();
  const ollama = await startFakeOllama({ models });
  const env = {
    SHARED_OLLAMA_HOME: home,
    OLLAMA_BASE_URL: ollama.url,
    OLLAMA_REQUIRED_MODELS: REQUIRED,
    API_PORT: "0",
  };
  return { home, ollama, env };
}

/** A port that another program has. */
async function takenPort(): Promise<number> {
  const server = createServer((socket) =>
    socket.end("I am no HTTP server\n", () => socket.destroy()),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

describe("the doctor", () => {
  it("finds nothing wrong with a machine that has everything", async () => {
    const { env } = await healthy();
    const { findings } = await examined({ env });
    expect(findings.map(({ check }) => check)).toEqual([...CHECKS]);
    const wrong = findings.filter(({ state }) => state !== "ok");
    expect(wrong.map(({ found }) => found)).toEqual(["It does not run."]);
  });

  it("knows its own service at the port, and what that says of its models", async () => {
    const { home, ollama, env } = await healthy([]);
    const service = startServiceProcess({
      home,
      env: { OLLAMA_BASE_URL: ollama.url, OLLAMA_REQUIRED_MODELS: REQUIRED },
    });
    await service.said("Listening on", PATIENCE_MS);
    const { port } = new URL(service.url);
    // The port is not in this environment: the service has written it down.
    const { API_PORT: _, ...without } = env;
    for (const asked of [{ ...env, API_PORT: port }, without]) {
      const seen = await examined({ env: asked });
      expect(seen.broken).toEqual([]);
      expect(seen.of("service")[0]).toMatchObject({ state: "ok" });
      expect(seen.of("service")[0]?.found).toContain(`runs at http://127.0.0.1:${port}`);
      expect(seen.of("port")[0]?.found).toBe(`${port} is this service's.`);
      expect(seen.of("models")[0]).toMatchObject({
        state: "warning",
        found: `Required and not installed: ${REQUIRED}.`,
      });
    }

    // A second one would be refused; one with another folder is another service.
    const second = await examined({ env: { ...env, API_PORT: String(await takenPort()) } });
    expect(second.broken.map(({ check }) => check)).toEqual(["service", "port"]);
    expect(second.of("service")[1]?.found).toContain(`process ${service.pid}`);
    const elsewhere = await examined({
      env: { ...env, API_PORT: port, SHARED_OLLAMA_HOME: await makeHome() },
    });
    expect(elsewhere.of("service")[1]).toMatchObject({ state: "warning" });
    expect(elsewhere.of("service")[1]?.found).toContain("has another folder");

    service.signal("SIGKILL");
    await service.exited();
    const crashed = await examined({ env });
    expect(crashed.of("service")[1]).toMatchObject({ state: "warning" });
    expect(crashed.of("service")[1]?.found).toContain(`process ${service.pid}`);
  }, 120_000);

  it("says that the service has no inference server", async () => {
    const { home, ollama, env } = await healthy();
    const service = startServiceProcess({ home, env: { OLLAMA_BASE_URL: ollama.url } });
    await service.said("Listening on", PATIENCE_MS);
    await ollama.stop();
    const { port } = new URL(service.url);
    const { of } = await examined({ env: { ...env, API_PORT: port } });
    expect(of("service")[0]).toMatchObject({ state: "broken" });
    expect(of("ollama")[0]).toMatchObject({ state: "broken" });
  }, 60_000);

  it("names the program that has the port", async () => {
    const { env } = await healthy();
    const port = await takenPort();
    const { broken } = await examined({ env: { ...env, API_PORT: String(port) } });
    expect(broken).toHaveLength(1);
    expect(broken[0]?.check).toBe("port");
    expect(broken[0]?.found).toMatch(new RegExp(`^${port} is in use by .*process ${process.pid}`));
    expect(broken[0]?.todo).toContain(`API_PORT=${port + 1}`);
  });

  it("says that an address is not this machine's", async () => {
    const { env } = await healthy();
    const { broken } = await examined({
      env: { ...env, API_PORT: "8642", API_HOST: "192.0.2.1", ALLOW_UNAUTHENTICATED: "true" },
    });
    expect(broken.map(({ found }) => found)).toEqual([
      "192.0.2.1:8642 cannot be listened on (EADDRNOTAVAIL).",
    ]);
  });
});

describe("the doctor on Ollama", () => {
  it("takes the embedded engine where there is none", async () => {
    const { env } = await healthy();
    const { OLLAMA_BASE_URL: _, ...without } = { ...env, OLLAMA_HOST: "127.0.0.1:1" };
    const { of, broken } = await examined({ env: without });
    expect(broken).toEqual([]);
    expect(of("ollama")[0]).toMatchObject({ state: "warning" });
    expect(of("ollama")[0]?.found).toContain("embedded engine");
    const asked = await examined({ env: { ...without, INFERENCE_SERVER: "ollama" } });
    expect(asked.of("ollama")[0]).toMatchObject({ state: "broken" });
  });

  it("misses none beside a service that runs the embedded engine", async () => {
    const { env } = await healthy();
    const { OLLAMA_BASE_URL: _, ...without } = { ...env, OLLAMA_HOST: "127.0.0.1:1" };
    const health = {
      ...{ status: "healthy", ollama_status: "running", version: "1.0.0" },
      ...{ inference_server: "engine", missing_models: [] },
    };
    const headers = { "x-shared-ollama-request-id": "1" };
    const { of } = await examined({
      env: { ...without, API_PORT: "8642" },
      machine: {
        fetch: (url) =>
          url.endsWith(":8642/api/v1/health")
            ? Promise.resolve(Response.json(health, { headers }))
            : Promise.reject(new Error(`nothing at ${url}`)),
      },
    });
    expect(of("ollama")).toMatchObject([{ state: "ok" }]);
    expect(of("models")).toMatchObject([{ state: "ok" }]);
  });

  it.each([
    ["0.12.5", "warning", "cut in silence"],
    ["0.13.0", "warning", "were not tried"],
    ["0.13.5", "ok", "runs at"],
    ["0.33.0", "ok", "runs at"],
    ["0.0.0", "ok", "runs at"],
  ])("says of version %s: %s", async (version, state, words) => {
    const { env, ollama } = await healthy();
    const { of } = await examined({
      env,
      machine: {
        fetch: (url) =>
          url === `${ollama.url}/api/version`
            ? Promise.resolve(Response.json({ version }))
            : fetch(url),
      },
    });
    expect(of("ollama")).toHaveLength(1);
    expect(of("ollama")[0]).toMatchObject({ state });
    expect(of("ollama")[0]?.found).toContain(words);
  });

  it.each([
    ["echo 'ollama version is 0.11.0'", "warning", "cut in silence"],
    ["echo 'Warning: client version is 0.13.5'", "ok", "a start runs it"],
    ["exit 3", "broken", "does not say its version"],
  ])("asks an installed program: %s", async (script, state, words) => {
    const { env, home } = await healthy();
    const program = join(home, "ollama");
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    const { OLLAMA_BASE_URL: _, ...without } = { ...env, OLLAMA_HOST: "127.0.0.1:1" };
    const { of } = await examined({ env: { ...without, PATH: "/bin:/usr/bin" }, ollama: program });
    expect(of("ollama")[0]).toMatchObject({ state });
    expect(of("ollama")[0]?.found).toContain(words);
  });

  it("says that a named one does not answer, or is the service itself", async () => {
    const { env } = await healthy();
    const away = await examined({ env: { ...env, OLLAMA_BASE_URL: "http://127.0.0.1:1" } });
    expect(away.of("ollama")[0]).toMatchObject({
      state: "broken",
      found: "No Ollama answers at http://127.0.0.1:1.",
    });
    const itself = await examined({
      env: { ...env, API_PORT: "8642", OLLAMA_BASE_URL: "http://localhost:8642" },
    });
    expect(itself.of("ollama")[0]?.found).toBe("http://localhost:8642 is this service itself.");
  });
});

describe("the doctor on folders", () => {
  it("says that a folder is a file, or that one above is", async () => {
    const { env, home } = await healthy();
    const file = join(home, "file");
    await writeFile(file, "");
    const { broken } = await examined({ env: { ...env, SHARED_OLLAMA_HOME: file } });
    expect(broken[0]?.found).toBe(`${file} is a file.`);
    const under = await examined({ env: { ...env, SHARED_OLLAMA_HOME: join(file, "under") } });
    expect(under.broken[0]?.check).toBe("folder");
  });

  it("expects a folder that is not there to be made", async () => {
    const { env, home } = await healthy();
    const folder = join(home, "a", "b");
    const { of } = await examined({ env: { ...env, SHARED_OLLAMA_HOME: folder } });
    expect(of("folder")[0]).toMatchObject({ state: "warning", found: `${folder} is not there.` });
  });

  it("says which folder or file this user may not write to", async () => {
    const { env, home } = await healthy();
    await mkdir(join(home, "data"));
    await writeFile(join(home, "data", "requests.db"), "");
    const { files } = (await import("../../../../src/cli/doctor/machine.ts")).thisMachine();
    // Root may write everywhere, whatever the rights say: the answer is put in.
    const notTo = (forbidden: string) => ({
      files: {
        ...files,
        mayUse: (path: string, kind: "folder" | "file") =>
          path === forbidden ? Promise.resolve(false) : files.mayUse(path, kind),
      },
    });
    for (const path of [home, join(home, "data"), join(home, "data", "requests.db")]) {
      const { broken } = await examined({ env, machine: notTo(path) });
      expect(broken.map(({ check }) => check)).toEqual(["folder"]);
      expect(broken[0]?.found).toContain(path);
      expect(broken[0]?.todo).toContain("chown");
    }
  });

  it("says that the disk is full, or nearly", async () => {
    const { env, home } = await healthy();
    const disk = (freeBytes: number) => ({
      disk: () => Promise.resolve({ totalBytes: 1e12, freeBytes }),
    });
    const full = await examined({ env, machine: disk(1e6) });
    expect(full.of("disk")[0]).toMatchObject({
      state: "broken",
      found: `1.0 MB are free where ${home} is.`,
    });
    const tight = await examined({ env, machine: disk(5e8) });
    expect(tight.of("disk")[0]).toMatchObject({ state: "warning" });
    const noModels = await examined({
      env: { ...env, OLLAMA_MODELS: "/models" },
      machine: disk(15e9),
    });
    expect(noModels.of("disk")[0]?.found).toContain("none can be fetched");
  });
});

describe("the doctor on settings", () => {
  it("tells every mistake, and looks at the rest all the same", async () => {
    const { env } = await healthy();
    const { of, findings } = await examined({
      env: { ...env, API_LOG_LEVEL: "loud", OLLAMA_FLASH_ATTENTION: "perhaps" },
    });
    expect(of("settings").map(({ state }) => state)).toEqual(["broken", "broken"]);
    expect(of("settings")[0]?.found).toContain('API_LOG_LEVEL="loud"');
    expect(new Set(findings.map(({ check }) => check)).size).toBe(CHECKS.length);
  });

  it("says where a file of config/ is wrong, or that it cannot be read", async () => {
    const { env } = await healthy();
    const models = await examined({ env, files: { "models.yaml": "profiles: [" } });
    expect(models.broken[0]?.found).toContain("config/models.yaml:");
    const profile = await examined({
      env,
      files: { "models.yaml": modelsYaml.replace(/text_model: .*/, "text_model: 3") },
    });
    expect(profile.broken[0]?.found).toContain("profiles.0.text_model");
    const tenants = await examined({ env, files: { "tenants.yaml": "weights: {acme: heavy}" } });
    expect(tenants.broken[0]?.todo).toContain("config/tenants.yaml");
    const mcp = await examined({ env, files: { "mcp.yaml": "servers: [" } });
    expect(mcp.broken[0]?.todo).toContain("config/mcp.yaml");
    const denied = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    const unreadable = await examined({ env, files: { "models.yaml": denied } });
    expect(unreadable.broken.map(({ found }) => found)).toEqual([
      "config/models.yaml: EACCES: permission denied.",
    ]);
  });

  it("asks about names that are nearly settings, and about those that count no more", async () => {
    const { env } = await healthy();
    const { of, broken } = await examined({
      env: { ...env, SHARED_OLAMA_HOME: "/x", CLIENT_VERBOSE: "true", OPENAI_API_KEY: "k" },
    });
    expect(broken).toEqual([]);
    expect(of("settings").map(({ todo }) => todo)).toEqual([
      "Set SHARED_OLLAMA_HOME if that is meant.",
      "Unset CLIENT_VERBOSE.",
    ]);
  });

  it("reminds of a door that is open to all", async () => {
    const { env } = await healthy();
    const { of } = await examined({
      env: { ...env, API_HOST: "0.0.0.0", ALLOW_UNAUTHENTICATED: "true" },
    });
    expect(of("settings")[0]).toMatchObject({ state: "warning" });
  });
});

describe("the doctor on the machine", () => {
  it("says that the runtime is too old", async () => {
    const { env } = await healthy();
    for (const version of ["18.20.0", "20.18.3"]) {
      const { broken } = await examined({ env, machine: { runtime: { name: "Node", version } } });
      expect(broken[0]?.found).toBe(`Node ${version} is too old.`);
    }
  });

  it("says that memory is too little for the profile's models, or taken", async () => {
    const { env } = await healthy();
    const memory = (totalGib: number, freeGib: number) => ({
      memory: () =>
        Promise.resolve({ totalBytes: totalGib * 2 ** 30, availableBytes: freeGib * 2 ** 30 }),
    });
    const enough = await examined({ env, machine: memory(64, 48) });
    expect(enough.of("memory")[0]?.found).toMatch(/^64 GiB, 48 GiB of them free; profile /);
    const small = await examined({ env, machine: memory(8, 6) });
    expect(small.of("memory")[0]?.found).toContain("too little");
    const taken = await examined({ env, machine: memory(64, 2) });
    expect(taken.of("memory")[0]).toMatchObject({ state: "warning" });
    const mute = await examined({
      env,
      machine: { memory: () => Promise.reject(new Error("no")) },
    });
    expect(mute.of("memory")[0]).toMatchObject({ state: "unknown" });
  });

  it("says what models run on", async () => {
    const { env } = await healthy();
    const on = async (machine: Partial<Machine>) =>
      (await examined({ env, machine })).of("graphics")[0];
    expect(await on({ platform: "darwin", architecture: "arm64" })).toMatchObject({ state: "ok" });
    expect(await on({ platform: "darwin", architecture: "x64" })).toMatchObject({
      state: "warning",
    });
    expect(await on({})).toMatchObject({ state: "ok", found: "Example 1 with 24 GiB." });
    const mute = [{ vendor: "NVIDIA Corporation", model: "Example 1" }];
    expect(await on({ graphics: () => Promise.resolve(mute) })).toMatchObject({ state: "warning" });
    const screen = [{ vendor: "Intel Corporation", model: "Screen" }];
    expect((await on({ graphics: () => Promise.resolve(screen) }))?.found).toContain("processor");
  });

  it("says which clients a proxy would take away", async () => {
    const { env } = await healthy();
    const of = async (proxies: Record<string, string>) =>
      (await examined({ env: { ...env, ...proxies } })).of("proxies")[0];
    const proxy = "http://me:secret@proxy.example:3128";
    expect(await of({ HTTP_PROXY: proxy })).toMatchObject({
      state: "warning",
      todo: "Set NO_PROXY=localhost,127.0.0.1,::1 for the clients.",
    });
    expect(await of({ HTTP_PROXY: proxy, NO_PROXY: "localhost" })).toMatchObject({
      state: "warning",
    });
    for (const NO_PROXY of ["localhost,127.0.0.1", "*", "intranet, localhost, 127.0.0.0/8"]) {
      expect(await of({ http_proxy: proxy, NO_PROXY })).toMatchObject({ state: "ok" });
    }
    expect(await of({ HTTPS_PROXY: proxy })).toMatchObject({ state: "ok" });
    const wrong = await of({ HTTPS_PROXY: "http://me:secret@proxy example" });
    expect(wrong?.found).toContain("is no address");
    expect(wrong?.found).not.toContain("secret");
  });
});
