import { Ollama } from "ollama";
import OpenAI, { NotFoundError } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startRealService, type RealService } from "../support/real-service.ts";

const MODEL = "smollm2:135m";
const QUESTION = [{ role: "user" as const, content: "Say hello." }];

describe.skipIf(process.env["TEST_NO_MODEL"])("official clients on real inference", () => {
  let service: RealService;
  let ollama: Ollama;

  beforeAll(async () => {
    service = await startRealService();
    ollama = new Ollama({ host: service.url });
  }, 90_000);
  afterAll(() => service.stop());

  const queueIsEmpty = (): Promise<void> =>
    until(async () => {
      const stats = await fetch(`${service.url}/api/v1/queue/stats`).then((r) => r.json());
      const { queued, in_progress: running } = stats as Record<string, number>;
      return queued === 0 && running === 0;
    }, "an empty queue");

  describe("ollama", () => {
    it("chats", async () => {
      const answer = await ollama.chat({
        model: MODEL,
        messages: QUESTION,
        options: { temperature: 0, num_predict: 12 },
      });
      expect(answer.message.content).not.toBe("");
      expect(answer.eval_count).toBeGreaterThan(0);
      expect(answer.eval_duration).toBeGreaterThan(0);
    });

    it("streams a chat whose pieces make the whole answer", async () => {
      const options = { temperature: 0, num_predict: 12 };
      const whole = await ollama.chat({ model: MODEL, messages: QUESTION, options });
      const stream = await ollama.chat({ model: MODEL, messages: QUESTION, options, stream: true });
      const pieces: string[] = [];
      for await (const part of stream) pieces.push(part.message.content);
      expect(pieces.length).toBeGreaterThan(3);
      expect(pieces.join("")).toBe(whole.message.content);
    });

    it("generates JSON when asked for it", async () => {
      const answer = await ollama.generate({
        model: MODEL,
        prompt: "Describe a cat as JSON with name and age.",
        format: "json",
        options: { temperature: 0, num_predict: 120 },
      });
      expect(typeof JSON.parse(answer.response ?? "")).toBe("object");
    });

    it("embeds texts in their order", async () => {
      const { embeddings } = await ollama.embed({ model: "all-minilm", input: ["cat", "sun"] });
      const single = await ollama.embed({ model: "all-minilm", input: "sun" });
      expect(embeddings).toHaveLength(2);
      expect(embeddings[0]).toHaveLength(384);
      expect(dot(embeddings[1], single.embeddings[0])).toBeGreaterThan(0.9999);
    });

    it("stops the decoding when a stream is aborted", async () => {
      const stream = await ollama.generate({
        model: MODEL,
        prompt: "Write a very long story.",
        stream: true,
        options: { num_predict: 4000 },
      });
      const read = async (): Promise<void> => {
        for await (const _part of stream) stream.abort();
      };
      await expect(read()).rejects.toThrow(/abort/i);
      await queueIsEmpty();
    });

    it("lists, shows and reports loaded models", async () => {
      const { models } = await ollama.list();
      expect(models.map((m) => m.name)).toContain(MODEL);
      const shown = await ollama.show({ model: MODEL });
      expect(shown.details.family).toBe("llama");
      const { models: loaded } = await ollama.ps();
      expect(loaded.map((m) => m.name)).toContain(MODEL);
    });

    it("says that a model is not there", async () => {
      const asking = ollama.chat({ model: "nope", messages: QUESTION });
      await expect(asking).rejects.toThrow("model 'nope' not found");
    });
  });

  describe.each(["/v1", "/api/v1"])("openai at %s", (base) => {
    let openai: OpenAI;
    beforeAll(() => {
      openai = new OpenAI({ baseURL: service.url + base, apiKey: "none", maxRetries: 0 });
    });

    it("completes a chat", async () => {
      const answer = await openai.chat.completions.create({
        model: MODEL,
        messages: QUESTION,
        max_tokens: 12,
        temperature: 0,
      });
      expect(answer.choices[0]?.message.content).not.toBe("");
      expect(answer.usage?.total_tokens).toBeGreaterThan(0);
    });

    it("streams a chat to its end", async () => {
      const stream = await openai.chat.completions.create({
        model: MODEL,
        messages: QUESTION,
        max_tokens: 12,
        temperature: 0,
        stream: true,
      });
      let text = "";
      let finish: string | null | undefined;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        finish = chunk.choices[0]?.finish_reason ?? finish;
      }
      expect(text).not.toBe("");
      expect(["stop", "length"]).toContain(finish);
    });

    it("answers in JSON mode", async () => {
      const answer = await openai.chat.completions.create({
        model: MODEL,
        messages: [{ role: "user", content: "Describe a cat as JSON." }],
        response_format: { type: "json_object" },
        max_tokens: 120,
        temperature: 0,
      });
      expect(typeof JSON.parse(answer.choices[0]?.message.content ?? "")).toBe("object");
    });

    it("embeds, in the client's own base64 form", async () => {
      const answer = await openai.embeddings.create({ model: "all-minilm", input: ["cat", "sun"] });
      expect(answer.data).toHaveLength(2);
      expect(answer.data[0]?.embedding).toHaveLength(384);
    });

    it("lists models", async () => {
      const models = await openai.models.list();
      expect(models.data.map((m) => m.id)).toContain(MODEL);
    });

    it("stops the decoding when a stream is aborted", async () => {
      const stream = await openai.chat.completions.create({
        model: MODEL,
        messages: [{ role: "user", content: "Write a very long story." }],
        stream: true,
      });
      for await (const _chunk of stream) break;
      await queueIsEmpty();
    });

    it("turns a missing model into the client's NotFoundError", async () => {
      const asking = openai.chat.completions.create({ model: "nope", messages: QUESTION });
      await expect(asking).rejects.toBeInstanceOf(NotFoundError);
    });
  });
});

function dot(a: number[] = [], b: number[] = []): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
