import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { freePort } from "../../src/hosts/server.ts";
import { until, within } from "../support/deadline.ts";
import { startGateway } from "../support/gateway.ts";
import { chunkBytes, LAST_CHUNK, type Header } from "../support/http-wire.ts";
import type { RawRequest } from "../support/raw-client.ts";
import { expectSameAnswer, expectSameRequest, nothingIsHeld } from "../support/through-gateway.ts";
import { ollamaHeaders, openLine } from "../support/through-gateway.ts";

const AGENT: Header = ["User-Agent", "ollama/0.13.5 (amd64 linux) Go/go1.26.8"];
const TYPE: Header = ["Content-Type", "application/json"];
const ZIP: Header = ["Accept-Encoding", "gzip"];
const ACCEPT: Header = ["Accept", "application/json"];
const ACCEPT_LINES: Header = ["Accept", "application/x-ndjson"];
const CHUNKED: Header = ["Transfer-Encoding", "chunked"];

/** An exchange of the program's: the answer's chunks, if it is streamed, or its body. */
interface Step {
  request: RawRequest;
  status?: string;
  body?: string;
  chunks?: string[];
}

const step = (target: string, body: object, answer: Omit<Step, "request">): Step => {
  const text = JSON.stringify(body);
  const length: Header = ["Content-Length", String(text.length)];
  const accept = answer.chunks ? ACCEPT_LINES : ACCEPT;
  const method = target === "/api/delete" ? "DELETE" : "POST";
  const headers = [AGENT, length, accept, TYPE, ZIP];
  return { request: { method, target, headers, body: text }, ...answer };
};
const get = (target: string, body: string): Step => ({
  request: { method: "GET", target, headers: [AGENT, ACCEPT, TYPE, ZIP] },
  body,
});
const show = (name: string): Step =>
  step(
    "/api/show",
    { model: "", system: "", template: "", verbose: false, options: null, name },
    { body: '{"capabilities":["completion"],"details":{}}' },
  );
const blob: Step = {
  request: {
    method: "POST",
    target: "/api/blobs/sha256:47bc2c316981599f46cf8a9662dba90baf6d03d61620d6125b427408863ffaf8",
    headers: [AGENT, CHUNKED, ACCEPT, TYPE, ZIP],
    body: Buffer.concat([chunkBytes("G".repeat(32_768)), chunkBytes("F"), Buffer.from(LAST_CHUNK)]),
  },
  status: "201 Created",
};

/** What the program v0.13.5 sends for each command, recorded from it; HEAD / always goes first. */
const COMMANDS: Record<string, Step[]> = {
  list: [get("/api/tags", '{"models":[]}')],
  ps: [get("/api/ps", '{"models":[]}')],
  show: [show("fake")],
  run: [
    show("fake"),
    step(
      "/api/generate",
      { model: "fake", prompt: "hi", suffix: "", system: "", template: "", options: {} },
      { chunks: ['{"response":"Hel","done":false}\n', '{"response":"lo","done":true}\n'] },
    ),
  ],
  stop: [
    show("fake"),
    step(
      "/api/generate",
      { model: "fake", prompt: "", suffix: "", system: "", template: "", keep_alive: "0s" },
      { body: '{"model":"fake","response":"","done":true,"done_reason":"unload"}' },
    ),
  ],
  pull: [
    step(
      "/api/pull",
      { model: "", username: "", password: "", name: "new" },
      { chunks: ['{"status":"pulling manifest"}\n', '{"status":"success"}\n'] },
    ),
  ],
  cp: [step("/api/copy", { source: "fake", destination: "copied" }, {})],
  rm: [
    { ...show("gone"), status: "404 Not Found", body: '{"error":"model \'gone\' not found"}' },
    step("/api/delete", { model: "", name: "copied" }, {}),
  ],
  create: [
    blob,
    step(
      "/api/create",
      { model: "made", files: { "junk.gguf": "sha256:47bc2c" }, name: "" },
      { chunks: ['{"status":"parsing GGUF"}\n', '{"status":"success"}\n'] },
    ),
  ],
};

/** What the program asks before each command. */
const HEARTBEAT: Step = {
  request: { method: "HEAD", target: "/", headers: [AGENT, ACCEPT, TYPE] },
};

describe("the ollama program's requests", () => {
  it.each(Object.entries(COMMANDS))("work through the service: %s", async (_name, steps) => {
    const line = await openLine();
    for (const { request, status = "200 OK", body = "", chunks } of [HEARTBEAT, ...steps]) {
      const answer = line.client.ask(request);
      const received = await line.upstream.next();
      await received.whole();
      expectSameRequest(request, received);
      if (typeof request.body === "string") expect(received.body.toString()).toBe(request.body);
      const type = chunks ? "application/x-ndjson" : "application/json; charset=utf-8";
      const framing: Header = chunks ? CHUNKED : ["Content-Length", String(body.length)];
      const headers = [...ollamaHeaders(type), framing];
      received.sendHead(status, headers);
      received.send(body);
      for (const chunk of chunks ?? []) received.sendChunk(chunk);
      if (chunks) received.send(LAST_CHUNK);
      expect(await answer.ended()).toBe("complete");
      expect(answer.text).toBe(chunks?.join("") ?? body);
      expectSameAnswer({ status, headers }, answer);
    }
    await nothingIsHeld(line);
  });
});

const program = process.env["TEST_OLLAMA_PROGRAM"];

// Opt-in: the program is no part of a development machine.
const withProgram = program ? describe : () => {};
withProgram("the ollama program itself", () => {
  it("lists, creates, shows, copies, runs and removes through the service", async () => {
    const home = await mkdtemp(join(tmpdir(), "shared-ollama-cli-"));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const ollama = await startOllama(home);
    const gateway = await startGateway({ OLLAMA_BASE_URL: ollama });
    const cli = (...args: string[]) => runProgram(args, { HOME: home, OLLAMA_HOST: gateway.url });
    const modelfile = join(home, "Modelfile");
    const weights = join(projectRoot, "models", "all-minilm-l6-v2-q8_0.gguf");
    await writeFile(modelfile, `FROM ${weights}\nPARAMETER num_ctx 128\n`);

    expect(await cli("create", "made", "-f", modelfile)).toMatchObject({ code: 0 });
    // The blob is there now: the server answers before it has read the upload.
    expect(await cli("create", "again", "-f", modelfile)).toMatchObject({ code: 0 });
    expect((await cli("list")).output).toContain("made:latest");
    expect((await cli("show", "made")).output).toContain("embedding length");
    expect((await cli("cp", "made", "copied")).output).toContain("copied 'made' to 'copied'");
    expect((await cli("run", "copied", "hello")).output).toMatch(/^\[-?0\.\d+,/m);
    expect((await cli("ps")).output).toContain("copied:latest");
    expect(await cli("stop", "copied")).toMatchObject({ code: 0 });
    expect((await cli("rm", "copied", "made")).output).toContain("deleted 'made'");
    const missing = await cli("show", "made");
    expect(missing.code).toBe(1);
    expect(missing.output).toContain("model 'made' not found");
    expect((await cli("pull", "127.0.0.1:1/library/x")).output).toContain("Error: pull model");
    await nothingIsHeld({ gateway });
  });
});

async function startOllama(home: string): Promise<string> {
  const host = `127.0.0.1:${await freePort(0)}`;
  const env = { HOME: home, OLLAMA_HOST: host, OLLAMA_MODELS: join(home, "models") };
  const child = spawn(program ?? "", ["serve"], { env, stdio: "ignore" });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.kill();
    await gone;
  });
  const url = `http://${host}`;
  const answers = (): Promise<boolean> =>
    fetch(`${url}/api/version`).then(
      (answer) => answer.ok,
      () => false,
    );
  await until(answers, "ollama serve answers", 20_000);
  return url;
}

async function runProgram(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program ?? "", args, { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill());
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const code = await within(ended, `ollama ${args.join(" ")}`, 60_000);
  return { code, output };
}
