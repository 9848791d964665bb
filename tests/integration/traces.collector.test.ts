import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { entryFile, projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { serviceLog, type Gateway } from "../support/gateway.ts";
import { OtlpCollector, startCollector, type CollectorAnswer } from "../support/otlp-collector.ts";
import { idOf } from "../support/service.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { startTraced } from "../support/traced-service.ts";

const QUICKLY = { OTEL_EXPORTER_OTLP_TIMEOUT: "100" };
const FAILING = "traces cannot be sent";

const ask = (gateway: Gateway): Promise<Response> =>
  gateway.post("/api/chat", { model: "fake", messages: [] });

/** Asks so many times; each answer is whole. */
async function askTimes(gateway: Gateway, times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) {
    const answer = await ask(gateway);
    expect(answer.status).toBe(200);
    expect(await answer.text()).not.toBe("");
  }
}

/** How often something stands in the service's log. */
async function told(gateway: Gateway, words: string): Promise<number> {
  return (await serviceLog(gateway)).split(words).length - 1;
}

describe("a collector", () => {
  it("that is away is told of once, and when it is back", async () => {
    const collector = new OtlpCollector();
    await collector.start();
    const { port } = new URL(collector.url);
    const { gateway } = await startTraced({ collector, otel: QUICKLY });
    await collector.stop();
    for (const round of [1, 2, 3]) {
      await askTimes(gateway, 5);
      await until(async () => (await told(gateway, FAILING)) > 0, `the fault, in round ${round}`);
    }
    expect(await told(gateway, FAILING)).toBe(1);

    const back = await startCollector(Number(port));
    const answer = await ask(gateway);
    await back.traceOf(idOf(answer));
    await until(async () => (await told(gateway, "traces are sent again")) === 1, "the good news");
    await gateway.stop();
  });

  it.each<[string, CollectorAnswer]>([
    ["says nothing", () => {}],
    [
      "refuses them",
      (response) => response.writeHead(400).end("the collector's words ".repeat(999)),
    ],
    ["is overloaded", (response) => response.writeHead(503).end("")],
    ["answers with no JSON", (response) => response.end("<html>")],
    ["never ends its answer", (response) => response.write("{")],
  ])("that %s neither fails nor delays a request", async (_what, answer) => {
    const collector = await startCollector();
    collector.answer = answer;
    const { gateway } = await startTraced({ collector, otel: QUICKLY });
    await askTimes(gateway, 10);
    await until(() => collector.bodies.length > 0, "a batch");
    await askTimes(gateway, 10);
    expect(await told(gateway, FAILING)).toBeLessThanOrEqual(1);
    expect(await serviceLog(gateway)).not.toContain("collector's words the");
    await gateway.stop();
  });

  it("that answers without an end is left", async () => {
    const collector = await startCollector();
    let isLeft = false;
    collector.answer = (response) => {
      response.on("close", () => (isLeft = true));
      const piece = Buffer.alloc(1_048_576);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
    const { gateway } = await startTraced({ collector });
    await askTimes(gateway, 1);
    await until(() => isLeft, "it is left");
    await until(async () => (await told(gateway, FAILING)) === 1, "the fault");
  });

  it("has all spans when the service stops", async () => {
    const { gateway, collector } = await startTraced({
      otel: { OTEL_BSP_SCHEDULE_DELAY: "60000" },
    });
    await askTimes(gateway, 700);
    expect(collector.spans.length).toBeLessThan(1400);
    await gateway.stop();
    expect(collector.spans).toHaveLength(1400);
  });

  it("that says nothing does not hold up the stop for long; what is lost is told", async () => {
    const collector = await startCollector();
    collector.answer = () => {};
    const { gateway } = await startTraced({ collector });
    await askTimes(gateway, 3);
    await within(gateway.service.lifecycle.stop(), "the stop", 10_000);
    const log = await serviceLog(gateway);
    expect(log).toMatch(/"spans":6,"msg":"spans of traces were not sent"/);
    expect(log).not.toContain("did not stop within");
  });

  it("that is away loses spans, and not the memory of the service", async () => {
    const collector = await startCollector();
    collector.answer = () => {};
    const { gateway } = await startTraced({
      collector,
      otel: { OTEL_BSP_MAX_QUEUE_SIZE: "20", OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "10" },
    });
    await askTimes(gateway, 40);
    await gateway.service.lifecycle.stop();
    const log = await serviceLog(gateway);
    const [, lost] = /"spans":(\d+),"msg":"spans of traces were not sent"/.exec(log) ?? [];
    expect(Number(lost)).toBe(80);
    expect(collector.spans.length).toBeLessThanOrEqual(40);
  });
});

describe("the service as a process", () => {
  it("sends what waits at SIGTERM", async () => {
    const collector = await startCollector();
    const home = await makeHome();
    const { url } = await startFakeOllama();
    const env = { OLLAMA_BASE_URL: url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const service = startServiceProcess({ home, env });
    await service.listening();
    const id = idOf(await service.get("/api/v1/health"));
    service.signal("SIGTERM");
    await service.endsWith(0);
    expect((await collector.traceOf(id)).root.name).toBe("GET /api/v1/health");
  });

  it("loads nothing that makes or sends traces unless a collector is named", async () => {
    const script = `${projectRoot}/tests/support/loads-traces.mjs`;
    const entries = [entryFile("src/compose.ts"), entryFile("src/compose/traces.ts")];
    const run = promisify(execFile)(process.execPath, [script, ...entries]);
    const { stdout } = await within(run, "the program's end");
    expect(JSON.parse(stdout)).toEqual({ before: false, after: true });
  });
});
