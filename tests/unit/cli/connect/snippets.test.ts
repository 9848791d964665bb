import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { baseOf, type Connection } from "../../../../src/cli/connect/client.ts";
import { CLIENTS } from "../../../../src/cli/connect/clients.ts";
import { onBun } from "../../../../src/runtime/on-bun.ts";
import { projectRoot } from "../../../../src/runtime/paths.ts";
import { until } from "../../../support/deadline.ts";
import { startFakeOllama } from "../../../support/fake-ollama.ts";
import { startGateway } from "../../../support/gateway.ts";

const run = promisify(execFile);
const BASE = "http://127.0.0.1:8000/project/team%2Fapp";
const CONNECTION: Connection = {
  base: BASE,
  model: "hf.co/some/model:Q4_K_M",
  visionModel: "sees:1b",
  embeddingModel: "all-minilm",
};

const of = (name: string) => {
  const client = CLIENTS.find((each) => each.name === name);
  if (!client) throw new Error(`no client ${name}`);
  return client;
};
const inLanguage = (language: string) => CLIENTS.filter((each) => each.language === language);

describe("the address of a client", () => {
  it("has the project in it, with what a path cannot hold encoded", () => {
    expect(baseOf("http://127.0.0.1:8000/", undefined)).toBe("http://127.0.0.1:8000");
    expect(baseOf("http://127.0.0.1:8000", "team/app")).toBe(BASE);
    expect(baseOf("http://h", "a:b@c.d_-")).toBe("http://h/project/a:b@c.d_-");
  });
});

describe("snippets", () => {
  it("have names of their own and the address in them", () => {
    expect(new Set(CLIENTS.map(({ name }) => name)).size).toBe(CLIENTS.length);
    for (const { name, snippet } of CLIENTS) {
      expect(snippet(CONNECTION), name).toContain(BASE);
      expect(snippet(CONNECTION), name).toMatch(/[^\n]\n$/);
    }
  });

  it.each(inLanguage("bash"))("$name is evaluated by a shell", async ({ name, snippet }) => {
    const code = `eval "$SNIPPET"; env`;
    const env = { PATH: process.env["PATH"], SNIPPET: snippet(CONNECTION) };
    const { stdout } = await run("sh", ["-eu", "-c", code], { env });
    const set = stdout.split("\n").filter((line) => /^[A-Z_]+=http/.test(line));
    expect(set, name).toHaveLength(1);
  });

  it.each(inLanguage("yaml"))("$name is YAML", ({ snippet }) => {
    const text = JSON.stringify(parse(snippet(CONNECTION)));
    expect(text).toContain(BASE);
    expect(text).toContain(CONNECTION.model);
  });

  it.each(inLanguage("toml"))("$name is TOML", async ({ snippet }) => {
    const code = "import json,sys,tomllib; print(json.dumps(tomllib.loads(sys.argv[1])))";
    const { stdout } = await run("python3", ["-c", code, snippet(CONNECTION)]);
    expect(JSON.parse(stdout)).toMatchObject({
      model: CONNECTION.model,
      model_providers: { shared: { base_url: `${BASE}/v1` } },
    });
  });

  it.each(inLanguage("python"))("$name is Python", async ({ snippet }) => {
    await run("python3", ["-c", "import ast,sys; ast.parse(sys.argv[1])", snippet(CONNECTION)]);
  });

  it.each(["openai-js", "ollama-js"])("%s asks as the project", async (name) => {
    const ollama = await startFakeOllama({ models: ["smollm2:135m"] });
    const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
    const base = baseOf(gateway.url, "team/app");
    const code = of(name).snippet({ ...CONNECTION, base, model: "smollm2:135m" });
    const args = onBun ? ["-e", code] : ["--input-type=module", "-e", code];
    const { stdout } = await run(process.execPath, args, { cwd: projectRoot });
    expect(stdout.trim()).not.toBe("");
    expect(stdout).not.toContain("undefined");
    const log = join(gateway.home, "logs", "requests.jsonl");
    const isLogged = async (): Promise<boolean> =>
      (await readFile(log, "utf8").catch(() => "")).includes('"team/app"');
    await until(isLogged, "its request is logged as the project's");
  });
});
