import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { HeldAnswer } from "../support/held-answers.ts";
import {
  bodiesTo,
  expectEmbeddingError,
  jsonOf,
  startService,
  type RunningService,
} from "../support/service.ts";

const PATH = "/api/v1/embeddings";
const EMBED = "/api/embed";

/** A text's vector tells its length. */
const embedding = (text: string): number[] =>
  Array.from({ length: 9 }, (_, i) => Number(i === text.length));

const inputsOf = ({ ollama }: RunningService): unknown[] =>
  bodiesTo(ollama, EMBED).map((body) => body["input"]);

/** The place of the 1 in the vector that an answer holds: the length of its text. */
async function lengthIn(answer: Response): Promise<number> {
  const { embedding } = await jsonOf(answer);
  return (embedding as number[]).indexOf(1);
}

const asTenant = (name: string, signal?: AbortSignal): RequestInit => ({
  headers: { "content-type": "application/json", "x-project-name": name },
  ...(signal && { signal }),
});

/** The service once it knows the models: what is measured then are the embeddings alone. */
async function start(env: Record<string, string> = {}, fake: object = {}): Promise<RunningService> {
  const service = await startService(env, { embedding, ...fake });
  await service.gateway.get("/api/v1/models");
  return service;
}

describe("texts of concurrent requests", () => {
  it("are one call, and each client gets its own vector", async () => {
    const service = await start();
    const askAll = async (round: number): Promise<boolean> => {
      const texts = [1, 2, 3, 4, 5].map((length) => String(round % 10).repeat(length));
      const before = inputsOf(service).length;
      const answers = await Promise.all(
        texts.map((prompt, i) => service.gateway.post(PATH, { prompt }, asTenant(`tenant-${i}`))),
      );
      expect(await Promise.all(answers.map(lengthIn))).toEqual([1, 2, 3, 4, 5]);
      const inputs = inputsOf(service).slice(before);
      expect(new Set(inputs.flat())).toEqual(new Set(texts));
      return inputs.length === 1;
    };
    // On a busy machine some of them may come too late for the others.
    let round = 0;
    await until(() => askAll(round++), "five requests that came together");
  });

  it("that are equal are computed once, whoever asks", async () => {
    const service = await start();
    const held: HeldAnswer[] = [];
    service.ollama.script(EMBED, (request, response) => {
      held.push(new HeldAnswer(request, response));
    });
    const ask = (name: string) => service.gateway.post(PATH, { prompt: "a" }, asTenant(name));
    const first = ask("ada");
    await until(() => held.length === 1, "the call");
    const second = ask("bob");
    await until(() => service.gateway.service.load().active === 2, "the second request");
    held[0]?.json({ embeddings: [embedding("a")], prompt_eval_count: 3 });
    expect([await lengthIn(await first), await lengthIn(await second)]).toEqual([1, 1]);
    expect(held).toHaveLength(1);
  });

  it("fail alone: one that the server refuses harms no other", async () => {
    const service = await start(
      {},
      {
        reply: (_path: string, body: { input: string | string[] }) =>
          Promise.resolve([body.input].flat().includes("bad") ? { refused: "no such text" } : []),
      },
    );
    const ask = (prompt: string) => service.gateway.post(PATH, { prompt, truncate: false });
    const [good, bad, other] = await Promise.all(["a", "bad", "ccc"].map(ask));
    if (!good || !bad || !other) throw new Error("an answer is missing");
    await expectEmbeddingError(bad, {
      status: 400,
      code: "invalid_request",
      type: "invalid_request_error",
      errorType: "InvalidRequestError",
      says: "no such text",
    });
    expect([await lengthIn(good), await lengthIn(other)]).toEqual([1, 3]);
  });

  it("go on when one client leaves, and end when all have", async () => {
    const service = await start();
    const held: HeldAnswer[] = [];
    service.ollama.script(EMBED, (request, response) => {
      held.push(new HeldAnswer(request, response));
    });
    const clients = ["a", "a"].map(() => new AbortController());
    const asked: Promise<unknown>[] = [];
    for (const [i, client] of clients.entries()) {
      const init = asTenant(`tenant-${i}`, client.signal);
      asked.push(service.gateway.post(PATH, { prompt: "a" }, init).catch((err: unknown) => err));
      await until(() => service.gateway.service.load().active === i + 1, "the request");
      await until(() => held.length === 1, "the call");
    }
    clients[0]?.abort();
    await until(() => service.gateway.service.load().active === 1, "the first is gone");
    expect(held[0]?.request.cancelled).toBe(false);
    clients[1]?.abort();
    await held[0]?.sawCancel();
    await Promise.all(asked);
    await until(
      () => Object.values(service.gateway.service.load()).every((count) => count === 0),
      "nothing is left",
    );
  });
});

describe("the cache of vectors", () => {
  it("makes no call for a text that was computed, in any of the forms", async () => {
    const service = await start();
    await service.gateway.post(PATH, { prompt: "a" });
    const again = await service.gateway.post(PATH, { prompts: ["a", "a"] });
    expect(await jsonOf(again)).toMatchObject({ embeddings: [embedding("a"), embedding("a")] });
    const list = await jsonOf(await service.gateway.post(PATH, { input: ["a", "a"] }));
    expect(list["usage"]).toEqual({ prompt_tokens: 6, total_tokens: 6 });
    expect(inputsOf(service)).toEqual(["a"]);
  });

  it("ends with the model's digest", async () => {
    const service = await start();
    await service.gateway.post(PATH, { prompt: "a" });
    service.ollama.digests.set("all-minilm:latest", "2".repeat(64));
    // What is installed is looked at anew when a model was made.
    await service.gateway.post("/api/create", { model: "all-minilm" });
    await service.gateway.post(PATH, { prompt: "a" });
    expect(inputsOf(service)).toEqual(["a", "a"]);
  });

  it("can be switched off", async () => {
    const service = await start({ EMBEDDING_CACHE_ENABLED: "false" });
    for (const prompt of ["a", "a"]) await service.gateway.post(PATH, { prompt });
    expect(inputsOf(service)).toEqual(["a", "a"]);
  });
});

it("a call that the server breaks off fails all who share it, and the next goes on", async () => {
  const service = await start();
  service.ollama.script(EMBED, (_request, response) => {
    response.socket?.resetAndDestroy();
  });
  const asked = ["a", "bb"].map((prompt) => service.gateway.post(PATH, { prompt }));
  for (const answer of await Promise.all(asked)) expect(answer.status).toBe(503);
  service.ollama.script(EMBED, undefined);
  expect(await lengthIn(await service.gateway.post(PATH, { prompt: "a" }))).toBe(1);
});
