import { readFile } from "node:fs/promises";
import { join } from "node:path";
import systeminformation from "systeminformation";
import { describe, expect, it } from "vitest";
import { until } from "../../../tests/support/deadline.ts";
import { endsWithTest } from "../../../tests/support/fake-server-program.ts";
import { makeHome, startServiceProcess } from "../../../tests/support/service-process.ts";
import { type EngineEvent, MODELS_DIR } from "./engine-process.ts";

const EMBED = { model: "all-minilm", input: "sky" };

describe("an engine that is killed with a model in memory", () => {
  it("is started again by the service, warm: with llama.cpp open, once, and no model", async () => {
    const home = await makeHome();
    const env = { INFERENCE_SERVER: "engine", OLLAMA_MODELS: MODELS_DIR };
    const service = startServiceProcess({ home, env });
    const embeds = async () => (await service.post("/api/embed", EMBED)).status === 200;
    await service.said(/Embedded engine \S+ is up/);
    await service.listening();
    expect(await embeds()).toBe(true);
    const events = async () =>
      eventsIn(await readFile(join(home, "logs", "ollama.log"), "utf8").catch(() => ""));
    await until(async () => (await events()).includes("model_loaded"), "the load is told");

    process.kill(await engineOf(service.pid), "SIGKILL");
    const afterIt = async () => (await events()).slice((await events()).lastIndexOf("listening"));
    const isBack = async () => (await events()).filter((event) => event === "listening").length > 1;
    await until(isBack, "the engine is back");
    await until(async () => (await afterIt()).length > 1, "it opens llama.cpp");
    expect(await afterIt()).toEqual(["listening", "llama_opened"]);
    endsWithTest(await engineOf(service.pid));
    await until(embeds, "it embeds again");
    await until(async () => (await afterIt()).length > 2, "it loads the model");
    expect(await afterIt()).toEqual(["listening", "llama_opened", "model_loaded"]);
  });
});

/** Names of the events in what engines have written, without those of a line not yet whole. */
function eventsIn(log: string): string[] {
  const lines = log.split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as EngineEvent).event);
}

async function engineOf(service: number): Promise<number> {
  const { list } = await systeminformation.processes();
  const [engine] = list.filter(
    ({ parentPid, command, params }) =>
      parentPid === service && `${command} ${params}`.includes("engine"),
  );
  if (!engine) throw new Error(`the service ${service} has no engine`);
  return engine.pid;
}
