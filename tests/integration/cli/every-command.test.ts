import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { allCommands } from "../../../src/cli/catalog.ts";
import { CliError } from "../../../src/cli/cli-error.ts";
import { run } from "../../../src/cli/run.ts";
import { freePort } from "../../../src/hosts/server.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startCliService } from "../../support/cli-service.ts";
import { makeHome } from "../../support/service-process.ts";

const UUID = "00000000-0000-4000-8000-000000000000";
const RUN = `run_${UUID}`;

interface Case {
  /** What it needs beside its options. */
  needs?: string;
  /** It works on this machine, whether a service runs or not. */
  isOwn?: true;
  /** What is not there: it ends with 4. */
  unknown?: string;
  /** With this it does well in front of a service that has had a request; `FILE` has an example. */
  well?: string;
  /** Where that is tried instead, with what it takes. */
  elsewhere?: string;
}

const CASES: Record<string, Case> = {
  start: { isOwn: true, elsewhere: "start" },
  stop: { isOwn: true, well: "" },
  restart: { isOwn: true, elsewhere: "start" },
  status: { well: "" },
  health: { well: "" },
  logs: { isOwn: true, elsewhere: "logs" },
  doctor: { isOwn: true, elsewhere: "doctor" },
  version: { isOwn: true, well: "" },
  "models list": { well: "" },
  "models ps": { well: "" },
  "models show": { needs: "fake", unknown: "nope", well: "fake" },
  "models pull": { needs: "other", elsewhere: "pull" },
  "models create": { needs: "x --from fake", unknown: "x --from nope", well: "x --from fake" },
  "models copy": { needs: "fake copied", unknown: "nope copied", well: "fake copied" },
  "models rm": { needs: "fake --yes", unknown: "nope --yes", well: "copied --yes" },
  "models load": { needs: "fake", unknown: "nope", well: "fake" },
  "models unload": { needs: "fake", well: "fake" },
  "models pin": { needs: "fake", unknown: "nope", well: "fake" },
  "models unpin": { needs: "fake", well: "fake" },
  preload: { elsewhere: "pull" },
  warmup: { elsewhere: "models" },
  memory: { well: "" },
  "memory-limit": { isOwn: true, well: "--ram 32" },
  profile: { well: "" },
  "create-modelfile": { isOwn: true, needs: "--base-model fake", well: "--base-model fake" },
  "prepare-data": { isOwn: true, needs: "--input FILE --output x", elsewhere: "own-models" },
  "create-model": { needs: "--name x --modelfile FILE", well: "--name mine --modelfile FILE" },
  queue: { well: "" },
  usage: { well: "" },
  analytics: { well: "" },
  performance: { well: "" },
  "requests list": { well: "" },
  "requests show": { needs: UUID, unknown: UUID, elsewhere: "watching" },
  "requests cancel": { needs: `${UUID} --yes`, unknown: `${UUID} --yes`, elsewhere: "watching" },
  "cache stats": { well: "" },
  "cache clear": { needs: "--yes", well: "--yes" },
  "agents list": { well: "" },
  "agents create": {
    needs: "--name poet --role Rhyme --model fake",
    unknown: "/no/such/file.yaml",
    well: "--name poet --role Rhyme --model fake",
  },
  "agents run": { needs: "poet hi", unknown: "nobody hi", elsewhere: "agents" },
  "agents approve": { needs: `${RUN} --yes`, unknown: `${RUN} --yes`, elsewhere: "agents" },
  "agents runs": { well: "" },
  "agents cancel": { needs: `${RUN} --yes`, unknown: `${RUN} --yes`, elsewhere: "agents" },
  "agents rm": { needs: "poet --yes", unknown: "nobody --yes", well: "poet --yes" },
  ask: { needs: "hi --model fake", unknown: "hi --model nope", well: "hi --model fake" },
  chat: { needs: "--model fake", elsewhere: "chat" },
  embed: { needs: "hi --model fake", unknown: "hi --model nope", well: "hi --model all-minilm" },
  install: { isOwn: true, well: "--plan" },
  verify: { elsewhere: "verify" },
  "ci-check": { needs: "--max-wait 0", elsewhere: "verify" },
  "load-test": {
    needs: "--requests 1",
    unknown: "--model nope",
    well: "--model fake --requests 1 --warmup 0",
  },
  cleanup: { isOwn: true, well: "--dry-run" },
  connect: { isOwn: true, needs: "", unknown: "no-such-client", well: "openai-python" },
  "service install": { isOwn: true, well: "--plan" },
  "service uninstall": { isOwn: true, well: "--plan" },
  "service status": { isOwn: true, elsewhere: "service" },
  "config show": { isOwn: true, unknown: "NO_SUCH_SETTING", well: "" },
  "config check": { isOwn: true, well: "" },
  openapi: { isOwn: true, well: "" },
  complete: { isOwn: true, needs: "bash", well: "bash" },
};

/** Commands that hand on what they do not know. */
const TAKES_ALL = ["start", "ask", "complete"];

const named = Object.entries(CASES);
const splitWords = (text: string): string[] => text.split(" ").filter((word) => word !== "");

it("the table has every command", () => {
  const all = allCommands().map(({ words }) => words.join(" "));
  expect(Object.keys(CASES).toSorted()).toEqual(all.toSorted());
  for (const [name, { well, elsewhere }] of named) {
    expect(
      [well, elsewhere].filter((place) => place !== undefined),
      name,
    ).toHaveLength(1);
  }
});

it.each(named)(
  "%s ends with 2 and one line for an option that it does not know",
  async (name, is) => {
    const { env } = await inOwnHome();
    const args = [...splitWords(`${name} ${is.needs ?? ""}`), "--no-such-option"];
    if (TAKES_ALL.includes(name)) args.splice(-1, 1, "--json=yes");
    const end = await called(args, env);
    expect(end).toMatchObject({ code: 2, stdout: "" });
    expect(end.told).toMatch(/^[^\n]*(no-such-option|NO_SUCH_OPTION|--json takes no value)[^\n]*$/);
  },
);

const asking = named.filter(([, { isOwn }]) => !isOwn);

it.each(asking)("%s ends with 3 and one line where nothing answers", async (name, is) => {
  const { env, file } = await inOwnHome();
  const url = `http://127.0.0.1:${await freePort(0)}`;
  const needs = (is.needs ?? "").replace("FILE", file);
  const end = await called([...splitWords(`${name} ${needs}`), "--url", url], env);
  expect(end).toEqual({
    code: 3,
    stdout: "",
    told: `Nothing answers at ${url}. Start it: shared-ollama start`,
  });
});

describe("in front of a service", () => {
  it("what is not there ends with 4 and one line", async () => {
    const service = await startCliService();
    const { env } = await inOwnHome(service.env);
    for (const [name, { unknown }] of named) {
      if (unknown === undefined) continue;
      const end = await called(splitWords(`${name} ${unknown}`), env);
      expect(end, name).toMatchObject({ code: 4, stdout: "" });
      expect(end.told, name).toMatch(/^[^\n]+$/);
    }
  });

  it("each that does well ends with 0, and writes JSON as it says", async () => {
    const service = await startCliService({ REQUEST_LOG_ENABLED: "true" });
    const { env, file } = await inOwnHome(service.env);
    const asked = { model: "fake", prompt: "hi", stream: false };
    expect((await service.gateway.post("/api/v1/generate", asked)).status).toBe(200);
    for (const [name, { well }] of named) {
      if (well === undefined) continue;
      const words = splitWords(`${name} ${well.replace("FILE", file)}`);
      const end = await called([...words, "--json"], env);
      expect([name, end.code, end.told]).toEqual([name, 0, ""]);
      await expectShape(name, end.stdout);
    }
  });
});

/** A folder of its own for the program, with a Modelfile. */
async function inOwnHome(more: Record<string, string> = {}) {
  const home = await makeHome();
  const file = join(home, "Modelfile");
  await writeFile(file, "FROM fake\n");
  return { file, env: { SHARED_OLLAMA_HOME: home, HOME: home, ...more } };
}

/** Calls a command in this process. @returns how it ended, and what was told of a failure */
async function called(args: string[], env: Record<string, string>) {
  let stdout = "";
  const out = new PassThrough().setEncoding("utf8");
  out.on("data", (text: string) => (stdout += text));
  const stdin = new PassThrough();
  stdin.end();
  const code = await run(args, {
    env: { PATH: process.env["PATH"], ...env },
    stdout: out as unknown as NodeJS.WriteStream,
    stderr: new PassThrough() as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    onCli: () => {},
    handOver: () => {},
  }).catch((err: unknown) => {
    if (!(err instanceof CliError)) throw err;
    return err;
  });
  const ended = code instanceof CliError ? code.exitCode : (code ?? 0);
  return { code: ended, stdout, told: code instanceof CliError ? code.message : "" };
}
