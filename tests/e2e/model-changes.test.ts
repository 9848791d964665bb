import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ggufFile } from "../support/gguf-files.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { startModelRegistry } from "../support/model-registry.ts";
import { LineReader, linesOf } from "../support/ndjson.ts";
import { modelsFolder } from "../support/real-service.ts";
import { shareTextModel } from "../support/stored-model.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { within } from "../support/deadline.ts";

const BASE = "smollm2:135m";
const PIRATE = "You are a pirate who guards an old chest on an island, and you never say yes.";
const SUCCESS = { status: "success" };
const ROOMY = { totalBytes: 1e12, freeBytes: 9e11 };

/** The service with the embedded engine, on a store that may be changed. */
async function start(disk = ROOMY): Promise<Gateway> {
  const store = await mkdtemp(join(tmpdir(), "shared-ollama-store-"));
  onTestFinished(() => rm(store, { recursive: true, force: true }));
  await shareTextModel(modelsFolder, store);
  const env = { INFERENCE_SERVER: "engine", OLLAMA_MODELS: store, RATE_LIMIT_ENABLED: "false" };
  return startGateway(env, {}, { readDisk: () => Promise.resolve(disk) });
}

async function chat(gateway: Gateway, model: string, messages: object[]) {
  const options = { temperature: 0, seed: 1, max_tokens: 12 };
  const answer = await gateway.post("/api/v1/chat", { model, messages, ...options });
  expect(answer.status).toBe(200);
  const { message, prompt_eval_count } = (await answer.json()) as {
    message: { content: string };
    prompt_eval_count: number;
  };
  return { text: message.content, tokens: prompt_eval_count };
}

async function names(gateway: Gateway): Promise<string[]> {
  const answer = await gateway.get("/api/v1/models");
  const { models } = (await answer.json()) as { models: { name: string }[] };
  return models.map(({ name }) => name);
}

describe.skipIf(process.env["TEST_NO_MODEL"])("models that the engine has", () => {
  it("are created with a system prompt, shown, copied and removed", async () => {
    const gateway = await start();
    const modelfile = `FROM ${BASE}\nSYSTEM """${PIRATE}"""\nPARAMETER num_ctx 1024`;
    const created = await gateway.post("/api/v1/models/create", {
      name: "me/pirate:1",
      modelfile,
      stream: true,
    });
    expect((await linesOf(created)).at(-1)).toEqual(SUCCESS);
    const question = { role: "user", content: "Is there gold?" };
    // The model puts into each prompt what is said here by hand.
    const byHand = [{ role: "system", content: PIRATE }, question];
    expect(await chat(gateway, "me/pirate:1", [question])).toEqual(
      await chat(gateway, BASE, byHand),
    );
    const copied = await gateway.post("/api/v1/models/me%2Fpirate:1/copy", { destination: "p" });
    expect(await copied.json()).toEqual(SUCCESS);
    const shown = (await (await gateway.get("/api/v1/models/p/show")).json()) as object;
    expect(shown).toMatchObject({
      system: PIRATE,
      parameters: expect.stringMatching(/num_ctx\s+1024/) as unknown,
    });
    expect(await names(gateway)).toEqual(expect.arrayContaining(["me/pirate:1", "p:latest", BASE]));
    for (const name of ["me/pirate:1", "p"]) {
      const removed = await gateway.get(`/api/v1/models/${name}`, { method: "DELETE" });
      expect(await removed.json()).toMatchObject({ status: "success", deleted: true });
      expect((await gateway.get(`/api/v1/models/${name}/show`)).status).toBe(404);
      const again = await gateway.get(`/api/v1/models/${name}`, { method: "DELETE" });
      expect(again.status).toBe(404);
    }
    expect((await chat(gateway, BASE, byHand)).tokens).toBeGreaterThan(20);
    await nothingIsHeld({ gateway });
  });

  it("refuse what they cannot be made with, in the engine's words", async () => {
    const gateway = await start();
    const answer = await gateway.post("/api/v1/models/create", {
      name: "x",
      from: BASE,
      quantize: "q4_0",
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/quantizing/) });
    const missing = await gateway.post("/api/v1/models/none/copy", { destination: "x" });
    expect(missing.status).toBe(404);
  });
});

describe.skipIf(process.env["TEST_NO_MODEL"])("models of a registry", () => {
  it("are pulled, one download for two; what breaks or is cancelled goes on later", async () => {
    const registry = await startModelRegistry();
    onTestFinished(() => registry.stop());
    const gateway = await start();
    const weights = ggufFile({ weights: 200_000 });
    const { digest } = registry.publish("me/new", "v1", { weights });
    const model = `${registry.host}/me/new:v1`;
    const pull = () => gateway.post("/api/v1/models/pull", { model, insecure: true });
    registry.fail(digest, { kind: "hold", afterBytes: 50_000 });

    const first = new LineReader(await pull());
    expect(await first.next()).toEqual({ status: "pulling manifest" });
    let line = await first.next();
    while (line && !line["completed"]) line = await first.next();
    expect(line).toMatchObject({ digest, total: weights.length });
    const late = new LineReader(await pull());
    expect(await late.next()).toEqual({ status: "pulling manifest" });
    expect(registry.blobRequests(digest)).toHaveLength(1);

    const inPath = encodeURIComponent(model);
    const cancelled = await gateway.get(`/api/v1/models/pull/${inPath}`, { method: "DELETE" });
    expect(cancelled.status).toBe(200);
    expect((await first.rest()).at(-1)).toMatchObject({ code: "cancelled" });
    expect((await late.rest()).at(-1)).toMatchObject({ code: "cancelled" });
    await within(nothingIsHeld({ gateway }), "the end of the download");

    expect((await linesOf(await pull())).at(-1)).toEqual(SUCCESS);
    // It went on where it had stopped.
    expect(registry.blobRequests(digest).at(-1)?.range).toMatch(/^bytes=[1-9]/);
    expect(await names(gateway)).toContain(model);
    const removed = await gateway.get(`/api/v1/models/${model}`, { method: "DELETE" });
    expect(removed.status).toBe(200);
    expect(await names(gateway)).not.toContain(model);
  });

  it("are refused with a status where there is none, or the disk is too full", async () => {
    const registry = await startModelRegistry();
    onTestFinished(() => registry.stop());
    const gateway = await start({ totalBytes: 1e9, freeBytes: 1e8 + 100_000 });
    registry.publish("me/new", "v1", { weights: ggufFile({ weights: 200_000 }) });
    for (const [name, status, code] of [
      ["none", 404, "model_not_found"],
      ["new", 507, "insufficient_storage"],
    ] as const) {
      const model = `${registry.host}/me/${name}:v1`;
      const answer = await gateway.post("/api/v1/models/pull", { model, insecure: true });
      expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
    }
    await nothingIsHeld({ gateway });
    expect(await names(gateway)).not.toContain(`${registry.host}/me/new:v1`);
  });
});
