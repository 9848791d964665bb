import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import systeminformation from "systeminformation";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import {
  ended,
  endsWithTest,
  factsThrough,
  isAlive,
  makeFakeProgram,
} from "../support/fake-server-program.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

describe("a service that was killed", () => {
  it("leaves its Ollama running; the next start takes it over and stops it", async () => {
    const program = await makeFakeProgram();
    const home = await makeHome();
    const env = { ...program.env, OLLAMA_NUM_PARALLEL: "2", OLLAMA_MAX_LOADED_MODELS: "5" };
    const first = startServiceProcess({ home, env });
    await first.listening();
    const { pid } = await factsThrough(first.url);
    const recordFile = join(home, "data", "child.json");
    const record = JSON.parse(await readFile(recordFile, "utf8")) as { started: string };
    expect(record).toEqual({
      pid,
      started: expect.any(String),
      origin: `http://127.0.0.1:${program.port}`,
      figures: { parallel: 2, capacity: 5 },
    });
    first.signal("SIGKILL");
    await first.exited();
    expect(isAlive(pid)).toBe(true);
    // `ps` tells the same start a second later at times.
    const started = record.started.replace(/\d\d$/, (sec) =>
      String(Math.min(59, Number(sec) + 1)).padStart(2, "0"),
    );
    await writeFile(recordFile, JSON.stringify({ ...record, started }));

    const second = startServiceProcess({ home, env: program.env });
    await second.listening();
    expect(second.stdout).toContain(`Taking over the Ollama (process ${pid})`);
    expect((await factsThrough(second.url)).pid).toBe(pid);
    // What it was started with holds, not what the settings say now.
    const profile = await second.get("/api/v1/system/model-profile");
    expect(await profile.json()).toMatchObject({
      limits: { model_max_concurrent: 2, max_loaded_models: 5 },
    });
    second.signal("SIGTERM");
    await second.endsWith(0);
    await ended(pid, "the Ollama that was taken over");
    await expect(readFile(recordFile)).rejects.toThrow("ENOENT");
  });

  it("leaves an Ollama that it had only adopted to others, also at the next start", async () => {
    const program = await makeFakeProgram();
    const home = await makeHome();
    const ollama = await startFakeOllama({ port: program.port, models: ["all-minilm:latest"] });
    const first = startServiceProcess({ home, env: program.env });
    await first.listening();
    first.signal("SIGKILL");
    await first.exited();
    const second = startServiceProcess({ home, env: program.env });
    await second.listening();
    expect(second.stdout).toContain("Found a running Ollama");
    second.signal("SIGTERM");
    await second.endsWith(0);
    expect((await fetch(`${ollama.url}/api/version`)).status).toBe(200);
  });

  it("takes the embedded engine with it within 2 s", async () => {
    const { port } = await makeFakeProgram();
    const home = await makeHome();
    const models = process.env["TEST_MODELS_DIR"] ?? join(projectRoot, "models");
    const service = startServiceProcess({
      home,
      env: { INFERENCE_SERVER: "engine", OLLAMA_PORT: String(port), OLLAMA_MODELS: models },
    });
    await service.said(/Embedded engine \S+ is up/);
    const { list } = await systeminformation.processes();
    const children = list.filter(({ parentPid }) => parentPid === service.pid);
    const [engine] = children.filter(({ command, params }) =>
      `${command} ${params}`.includes("engine"),
    );
    expect(engine).toBeDefined();
    const pid = engine?.pid ?? 0;
    endsWithTest(pid);
    service.signal("SIGKILL");
    await ended(pid, "the embedded engine");
  });
});

describe("a service that is told to stop while its Ollama starts", () => {
  it("stops at once, and the child with it", async () => {
    const program = await makeFakeProgram({ neverReady: true });
    const service = startServiceProcess({ home: await makeHome(), env: program.env });
    await service.said("Starting ");
    service.signal("SIGTERM");
    await service.endsWith(0);
    const { list } = await systeminformation.processes();
    expect(list.filter(({ params }) => params.includes(program.folder))).toEqual([]);
  });
});
