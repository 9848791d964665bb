import type { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { bodyTo, expectNativeError, idOf, jsonOf, startService } from "../support/service.ts";
import { nearestRows, randomVectors, rowOf } from "../support/vectors.ts";

const PATH = "/api/v1/embeddings/similarity";

/** A text's vector: how often it has each of three letters. */
const embedding = (text: string): number[] =>
  ["a", "b", "c"].map((letter) => text.split(letter).length - 1);

const start = (env: Record<string, string> = {}) => startService(env, { embedding });

async function resultsOf(answer: Response): Promise<unknown> {
  return (await jsonOf(answer))["results"];
}

describe("POST /api/v1/embeddings/similarity", () => {
  it("ranks texts, best first, all computed in one call", async () => {
    const { gateway, ollama } = await start();
    const documents = ["c", "a", "aab", "b", "aaaa"];
    const answer = await gateway.post(PATH, { query: "aa", documents });
    expect(answer.status).toBe(200);
    idOf(answer);
    expect(await jsonOf(answer)).toEqual({
      results: [
        { index: 1, score: 1 },
        { index: 4, score: 1 },
        { index: 2, score: 0.894427 },
        { index: 0, score: 0 },
        { index: 3, score: 0 },
      ],
      model: "all-minilm",
      latency_ms: expect.any(Number),
    });
    expect(bodyTo(ollama, "/api/embed")["input"]).toEqual(["aa", ...documents]);
  });

  it("gives the best few that are asked for", async () => {
    const { gateway } = await start();
    const documents = ["c", "a", "b"];
    const best = await resultsOf(await gateway.post(PATH, { query: "a", documents, top_n: "1" }));
    expect(best).toEqual([{ index: 1, score: 1 }]);
    const all = await resultsOf(await gateway.post(PATH, { query: "a", documents, top_n: 9 }));
    expect(all).toHaveLength(3);
  });

  it("ranks vectors without asking any model, whatever their length and size", async () => {
    const { gateway, ollama } = await start();
    const body = {
      query: [1, 0],
      documents: [
        [0, 2],
        [1e300, 0],
        [1e-300, 0],
        [-5, 0],
      ],
    };
    expect(await jsonOf(await gateway.post(PATH, body))).toMatchObject({
      results: [
        { index: 1, score: 1 },
        { index: 2, score: 1 },
        { index: 0, score: 0 },
        { index: 3, score: -1 },
      ],
      model: null,
    });
    expect(ollama.to("/api/embed")).toHaveLength(0);
    expect(ollama.to("/api/tags").length).toBeLessThanOrEqual(1);
  });

  it("ranks texts and vectors together", async () => {
    const { gateway } = await start();
    const documents = ["b", [1, 0, 0], "a", [0, 0, 7]];
    const answer = await gateway.post(PATH, { model: "all-minilm", query: [2, 0, 0], documents });
    expect(await jsonOf(answer)).toMatchObject({
      results: [{ index: 1 }, { index: 2 }, { index: 0 }, { index: 3 }],
      model: "all-minilm",
    });
  });

  it("ranks a thousand documents as the naive computation does", async () => {
    const { gateway } = await start();
    const vectors = randomVectors(1000, 24);
    const query = randomVectors(1, 24, 2);
    const documents = Array.from({ length: 1000 }, (_, row) => [...rowOf(vectors, row, 24)]);
    const answer = await gateway.post(PATH, { query: [...query], documents });
    const results = (await resultsOf(answer)) as { index: number; score: number }[];
    const naive = nearestRows(vectors, query);
    expect(results).toHaveLength(1000);
    for (const [i, { score }] of results.entries()) {
      expect(score).toBeCloseTo(naive[i]?.similarity ?? 2, 5);
    }
    expect(results.slice(0, 5).map(({ index }) => index)).toEqual(
      naive.slice(0, 5).map(({ row }) => row),
    );
  });

  it.each([
    ["another length than the query", "documents.1", { query: [1, 0], documents: [[1, 1], [1]] }],
    [
      "another length than the others",
      "documents.1",
      {
        query: "a",
        documents: [
          [1, 1],
          [1, 1, 1],
        ],
      },
    ],
    ["another length than the model's", "documents.0", { query: "a", documents: [[1, 1]] }],
    ["a query of another length than the model's", "query", { query: [1, 0], documents: ["a"] }],
    ["infinity", "query", '{"query":[1e999,0],"documents":["a"]}'],
    ["all zeros", "documents.0", { query: "a", documents: [[0, 0, -0]] }],
    ["no numbers", "documents.0", { query: "a", documents: [[]] }],
  ])("refuses a vector of %s, naming it", async (_what, path, body) => {
    const { gateway } = await start();
    await expectNativeError(await gateway.post(PATH, body), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: new RegExp(`^${path}: `),
    });
  });

  it.each([
    ["no query", { documents: ["a"] }],
    ["an empty query", { query: " ", documents: ["a"] }],
    ["no documents", { query: "a" }],
    ["an empty list of documents", { query: "a", documents: [] }],
    ["an empty text", { query: "a", documents: ["a", ""] }],
    ["1 001 documents", { query: "a", documents: Array.from({ length: 1001 }, () => "a") }],
    ["a document that is neither", { query: "a", documents: [{ text: "a" }] }],
    ["a vector with a text in it", { query: "a", documents: [[1, "1", 0]] }],
    ["a vector with null in it", { query: [null], documents: ["a"] }],
    ["NaN, which is no JSON", '{"query":[NaN],"documents":["a"]}'],
    ["a top_n of 0", { query: "a", documents: ["a"], top_n: 0 }],
    ["an unknown field", { query: "a", documents: ["a"], metric: "dot" }],
  ])("refuses %s with 422", async (_what, body) => {
    const { gateway } = await start();
    await expectNativeError(await gateway.post(PATH, body), {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
    });
  });

  it("refuses a model that is not there, and a text that is too long", async () => {
    const { gateway } = await start();
    const body = { query: "a", documents: ["b"] };
    await expectNativeError(await gateway.post(PATH, { ...body, model: "other" }), {
      status: 404,
      code: "model_not_found",
      type: "NotFoundError",
    });
    const long = { ...body, documents: ["b", "x".repeat(20_000)] };
    await expectNativeError(await gateway.post(PATH, long), {
      status: 400,
      code: "prompt_too_large",
      type: "InvalidRequestError",
      more: { estimated_tokens: 5000, limit_tokens: 4096 },
    });
  });

  it("takes 60 requests a minute", async () => {
    const { gateway } = await start();
    const body = { query: [1], documents: [[1]] };
    for (let i = 0; i < 60; i += 1) expect((await gateway.post(PATH, body)).status).toBe(200);
    expect((await gateway.post(PATH, body)).status).toBe(429);
  });

  it("goes on when its thread has died", async () => {
    const workers: Worker[] = [];
    const watch = (worker: Worker): void => void workers.push(worker);
    process.on("worker", watch);
    onTestFinished(() => void process.off("worker", watch));
    const { gateway } = await start();
    const body = { query: [1], documents: [[2]] };
    expect((await gateway.post(PATH, body)).status).toBe(200);
    await workers[0]?.terminate();
    await until(async () => (await gateway.post(PATH, body)).status === 200, "an answer");
    expect(workers).toHaveLength(2);
  });
});
