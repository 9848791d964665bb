import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealService, type RealService } from "../support/real-service.ts";
import { cosine } from "../support/vectors.ts";

const HEADER = "x-shared-ollama-truncated";
/** Tokens that all-minilm reads of a text. */
const MODEL_CONTEXT = 256;

const TEXTS = [
  "A cat sleeps on the sofa.",
  "A kitten naps on a couch.",
  "Interest rates rose again last month.",
  "Why is the sky blue?",
  "x",
  "👩‍👩‍👧‍👦 🇺🇳 🚀",
  "Größe, 大きさ, مقاس, размер",
  "The quick brown fox jumps over the lazy dog. ".repeat(20),
];

/** The engine offers the project's own embedding model also where its text model is missing. */
describe("embeddings on real inference", () => {
  let service: RealService;

  beforeAll(async () => {
    // More at once than one tenant may have in flight otherwise.
    service = await startRealService({ TENANT_MAX_TEXT: "100" });
  });
  afterAll(() => service.stop());

  async function post<T>(path: string, body: object): Promise<T> {
    const answer = await fetch(service.url + path, { method: "POST", body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  }

  /** A text's vector as the server itself gives it, for one text alone. */
  async function alone(input: string): Promise<number[]> {
    const body = { model: "all-minilm", input };
    const { embeddings } = await post<{ embeddings: number[][] }>("/api/embed", body);
    return embeddings[0] ?? [];
  }

  const embed = (prompt: string) => post<{ embedding: number[] }>("/api/v1/embeddings", { prompt });

  it("are the same together, gathered, and one by one", async () => {
    const { embeddings: together } = await post<{ embeddings: number[][] }>("/api/v1/embeddings", {
      prompts: TEXTS,
    });
    const gathered = await Promise.all(TEXTS.map((text) => embed(`${text} `.trim())));
    expect(together).toHaveLength(TEXTS.length);
    for (const [i, text] of TEXTS.entries()) {
      const expected = await alone(text);
      expect(together[i]).toHaveLength(384);
      expect(cosine(together[i] ?? [], expected)).toBeGreaterThan(0.9999);
      expect(gathered[i]?.embedding).toEqual(together[i]);
    }
  });

  it("of a text that is too long say what was read, and those beside it nothing", async () => {
    const ask = (prompt: string, more: object = {}) =>
      fetch(`${service.url}/api/v1/embeddings`, {
        method: "POST",
        body: JSON.stringify({ prompt, ...more }),
      });
    const long = "The quick brown fox jumps over the lazy dog. ".repeat(60).trim();
    const [cut, whole] = await Promise.all([ask(long), ask("A fox jumps over a dog.")]);
    expect([cut.status, whole.status]).toEqual([200, 200]);
    const { embedding, truncated } = (await cut.json()) as Record<string, unknown>;
    expect(truncated).toEqual({ kept: MODEL_CONTEXT });
    expect(cut.headers.get(HEADER)).toBe(`kept=${MODEL_CONTEXT}`);
    expect(cosine(embedding as number[], await alone(long))).toBeGreaterThan(0.9999);
    expect(whole.headers.has(HEADER)).toBe(false);
    expect((await ask(long, { truncate: false })).status).toBe(400);
  });

  it("of new texts that come at once are the same as those of each", async () => {
    const texts = TEXTS.map((text) => `${text} Indeed.`);
    const gathered = await Promise.all(texts.map(embed));
    for (const [i, text] of texts.entries()) {
      expect(cosine(gathered[i]?.embedding ?? [], await alone(text))).toBeGreaterThan(0.9999);
    }
  });

  it("rank what means the same before what only looks alike", async () => {
    const { results } = await post<{ results: { index: number; score: number }[] }>(
      "/api/v1/embeddings/similarity",
      { query: TEXTS[0], documents: TEXTS.slice(1), top_n: 2 },
    );
    expect(results).toHaveLength(2);
    expect(results[0]).toMatchObject({ index: 0 });
    expect(results[0]?.score).toBeGreaterThan(0.5);
  });
});
