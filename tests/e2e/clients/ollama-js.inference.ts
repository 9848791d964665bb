import { Ollama } from "ollama";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type ClientWorld,
  DOORS,
  EMBEDDING_MODEL,
  SCRIPTED_MODEL,
  TEXT_MODEL,
  WEATHER,
} from "../../support/client-world.ts";
import { within } from "../../support/deadline.ts";
import { validator } from "../../support/json-schema.ts";
import { COUNTED, SAID, WRITTEN } from "../../support/scripted-model.ts";
import { COUNT_QUESTION } from "../../support/tool-template.ts";
import { cosine } from "../../support/vectors.ts";

const QUESTION = [{ role: "user", content: "Say hello." }];
const GREEDY = { temperature: 0, num_predict: 6 };
const CAT = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 12 },
    age: { type: "integer", minimum: 0, maximum: 30 },
  },
  required: ["name", "age"],
  additionalProperties: false,
};
/** An answer that does not end by itself. */
const ENDLESS = {
  model: SCRIPTED_MODEL,
  prompt: "9, 10,",
  raw: true,
  options: { temperature: 0, num_predict: 1_000_000 },
};

export function describeOllamaInference(world: () => ClientWorld): void {
  describe("ollama's client", () => {
    describe.each(DOORS)("at the %s", (door) => {
      let ollama: Ollama;
      beforeAll(() => {
        ollama = new Ollama({ host: world().url(door) });
      });

      describe("looks around", () => {
        it("by version and list", async () => {
          expect((await ollama.version()).version).toMatch(/^\d+\.\d+\.\d+/);
          const { models } = await ollama.list();
          const text = models.find(({ name }) => name === TEXT_MODEL);
          expect(text).toMatchObject({
            model: TEXT_MODEL,
            digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
            details: { format: "gguf", family: "llama", quantization_level: "Q4_1" },
          });
          expect(text?.size).toBeGreaterThan(50_000_000);
          expect(new Date(text?.modified_at ?? "").getTime()).toBeGreaterThan(0);
        });

        it("by show", async () => {
          const shown = await ollama.show({ model: TEXT_MODEL });
          expect(shown.capabilities).toEqual(["completion"]);
          expect(shown.model_info).toMatchObject({ "general.architecture": "llama" });
          expect(shown.modelfile).toContain(`# FROM ${TEXT_MODEL}`);
          expect((await ollama.show({ model: SCRIPTED_MODEL })).capabilities).toContain("tools");
          expect((await ollama.show({ model: EMBEDDING_MODEL })).capabilities).toEqual([
            "embedding",
          ]);
        });

        it("by ps, once a model is loaded, until keep_alive 0 unloads it", async () => {
          const inMemory = async () =>
            (await ollama.ps()).models.find(({ name }) => name === `${SCRIPTED_MODEL}:latest`);
          const loaded = await ollama.generate({
            model: SCRIPTED_MODEL,
            prompt: "",
            keep_alive: "1h",
          });
          expect(loaded).toMatchObject({ done: true, done_reason: "load", response: "" });
          const expiry = new Date((await inMemory())?.expires_at ?? 0).getTime();
          expect(expiry - Date.now()).toBeGreaterThan(50 * 60_000);
          const gone = await ollama.generate({ model: SCRIPTED_MODEL, prompt: "", keep_alive: 0 });
          expect(gone).toMatchObject({ done: true, done_reason: "unload" });
          expect(await inMemory()).toBeUndefined();
          const answered = {
            model: SCRIPTED_MODEL,
            messages: QUESTION,
            options: GREEDY,
            keep_alive: 0,
          };
          expect(await ollama.chat(answered)).toMatchObject({
            done: true,
            done_reason: expect.any(String) as string,
          });
        });
      });

      describe("generates", () => {
        const ask = { model: SCRIPTED_MODEL, prompt: "Name a colour.", options: GREEDY };

        it("whole, and in pieces that make the whole", async () => {
          const text = { model: TEXT_MODEL, prompt: "The sky is", raw: true, options: GREEDY };
          const whole = await ollama.generate(text);
          expect(whole).toMatchObject({ model: TEXT_MODEL, done: true });
          expect(whole.eval_count).toBeGreaterThan(0);
          expect(whole.eval_count).toBeLessThanOrEqual(6);
          for (const figure of ["total_duration", "load_duration", "eval_duration"] as const) {
            expect(whole[figure]).toBeGreaterThan(0);
          }
          const parts = [];
          for await (const part of await ollama.generate({ ...text, stream: true }))
            parts.push(part);
          expect(parts.map(({ response }) => response).join("")).toBe(whole.response);
          expect(parts.at(-1)).toMatchObject({ done: true, eval_count: whole.eval_count });
        });

        it("in a piece for each token", async () => {
          const options = { ...ENDLESS.options, num_predict: 4 };
          const parts = [];
          for await (const part of await ollama.generate({ ...ENDLESS, options, stream: true })) {
            parts.push(part.response);
          }
          expect(parts).toEqual([...COUNTED.slice(0, 4), ""]);
        });

        it("with stop, seed, a system text and log probabilities", async () => {
          const count = { ...ENDLESS, options: { ...ENDLESS.options, stop: [" 14"] } };
          const stopped = await ollama.generate(count);
          expect(stopped).toMatchObject({ response: " 11, 12, 13,", done_reason: "stop" });
          const chance = { model: TEXT_MODEL, prompt: "A", raw: true };
          const options = { seed: 7, temperature: 2, num_predict: 6 };
          const one = await ollama.generate({ ...chance, options });
          expect((await ollama.generate({ ...chance, options })).response).toBe(one.response);
          const plain = await ollama.generate(ask);
          const long = await ollama.generate({ ...ask, system: "Be brief." });
          expect(long.prompt_eval_count).toBeGreaterThan(plain.prompt_eval_count);
          const few = { ...ENDLESS, options: GREEDY };
          const rated = await ollama.generate({ ...few, logprobs: true, top_logprobs: 2 });
          expect(rated.logprobs?.map(({ token }) => token)).toEqual([...COUNTED, COUNTED[0]]);
          expect(rated.response).toBe([...COUNTED, COUNTED[0]].join(""));
          expect(rated.logprobs?.[0]?.top_logprobs).toHaveLength(2);
        });

        it("on from a context, and raw without one", async () => {
          // One that does not end by itself: the mark of an end counts, and is no part of a context.
          const first = await ollama.generate({
            model: SCRIPTED_MODEL,
            prompt: COUNT_QUESTION.content,
            options: GREEDY,
          });
          expect(first.context.length).toBe(first.prompt_eval_count + first.eval_count);
          const second = await ollama.generate({ ...ask, context: first.context });
          expect(second.context.slice(0, first.context.length)).toEqual(first.context);
          const raw = await ollama.generate({ ...ask, raw: true });
          expect(raw.context).toBeUndefined();
          expect(raw.prompt_eval_count).toBeLessThan(second.prompt_eval_count);
        });

        it("JSON, free and by a schema", async () => {
          const prompt = "Describe a cat as JSON with its name and age.";
          const options = { temperature: 0, num_predict: 200 };
          const free = await ollama.generate({ ...ask, prompt, options, format: "json" });
          expect(free).toMatchObject({ response: `{${WRITTEN.join("")}`, done_reason: "stop" });
          const held = await ollama.generate({ ...ask, prompt, options, format: CAT });
          expect(held.done_reason).toBe("stop");
          expect(validator({ schema: CAT })(JSON.parse(held.response ?? ""))).toBeUndefined();
        });
      });

      describe("chats", () => {
        const ask = { model: SCRIPTED_MODEL, messages: QUESTION, options: GREEDY };

        it("whole, and in pieces that make the whole", async () => {
          const whole = await ollama.chat(ask);
          expect(whole.message).toEqual({ role: "assistant", content: SAID.join("") });
          expect(whole.done_reason).toBe("stop");
          const parts = [];
          for await (const part of await ollama.chat({ ...ask, stream: true })) parts.push(part);
          expect(parts.map(({ message }) => message.content)).toEqual([...SAID, ""]);
          expect(parts.at(-1)).toMatchObject({ done: true, done_reason: "stop" });
        });

        it("with a system text, earlier turns, log probabilities and a schema", async () => {
          const messages = [
            { role: "system", content: "Be brief." },
            { role: "user", content: "My cat is Tom." },
            { role: "assistant", content: "A good name." },
            { role: "user", content: "Describe him as JSON with name and age." },
          ];
          // Words of a real model, held to a schema.
          const options = { temperature: 0, num_predict: 200 };
          const request = { model: TEXT_MODEL, messages, options, format: CAT, logprobs: true };
          const { message, logprobs, prompt_eval_count } = await ollama.chat(request);
          expect(validator({ schema: CAT })(JSON.parse(message.content))).toBeUndefined();
          expect(logprobs?.[0]).toMatchObject({ token: expect.stringMatching(/^{/) as string });
          const alone = { ...request, messages: messages.slice(0, 1), options: GREEDY, format: "" };
          expect((await ollama.chat(alone)).prompt_eval_count).toBeLessThan(prompt_eval_count);
        });

        it("with a tool, whose result goes back", async () => {
          const question = { role: "user", content: "What is the weather in Paris?" };
          const request = { model: SCRIPTED_MODEL, tools: [WEATHER], options: GREEDY };
          const { message } = await ollama.chat({ ...request, messages: [question] });
          expect(message.tool_calls).toMatchObject([
            { function: { name: "get_weather", arguments: { city: "Paris" } } },
          ]);
          expect(message.content).toBe("");
          const streamed = [];
          const stream = await ollama.chat({ ...request, messages: [question], stream: true });
          for await (const part of stream) streamed.push(...(part.message.tool_calls ?? []));
          expect(streamed.map(({ function: { name } }) => name)).toEqual(["get_weather"]);
          const result = { role: "tool", tool_name: "get_weather", content: "22 degrees" };
          const told = await ollama.chat({ ...request, messages: [question, message, result] });
          expect(told.message.content).toBe(SAID.join(""));
          expect(told.message.tool_calls).toBeUndefined();
        });
      });

      describe("embeds", () => {
        it("one text, several in their order, and the first numbers of them", async () => {
          const model = EMBEDDING_MODEL;
          const { embeddings } = await ollama.embed({ model, input: ["cat", "sun"] });
          const one = await ollama.embed({ model, input: "sun" });
          expect(embeddings.map(({ length }) => length)).toEqual([384, 384]);
          expect(cosine(embeddings[1] ?? [], one.embeddings[0] ?? [])).toBeGreaterThan(0.9999);
          expect(one.prompt_eval_count).toBeGreaterThan(0);
          const short = await ollama.embed({ model, input: "sun", dimensions: 64 });
          expect(short.embeddings[0]).toHaveLength(64);
          const old = await ollama.embeddings({ model, prompt: "sun" });
          expect(cosine(old.embedding, one.embeddings[0] ?? [])).toBeGreaterThan(0.9999);
        });
      });

      describe("leaves", () => {
        const next = () => ollama.generate({ ...ENDLESS, options: { num_predict: 1 } });

        it("by a stream's abort(), and the next is answered", async () => {
          const stream = await ollama.generate({ ...ENDLESS, stream: true });
          const read = async (): Promise<void> => {
            for await (const _part of stream) stream.abort();
          };
          await expect(read()).rejects.toThrow(/abort/i);
          expect((await within(next(), "an answer after an abort")).done).toBe(true);
        });

        it("by the client's abort(), which ends every stream", async () => {
          const streams = [await ollama.generate({ ...ENDLESS, stream: true })];
          const [first] = streams;
          const read = async (): Promise<void> => {
            for await (const _part of first ?? []) ollama.abort();
          };
          await expect(read()).rejects.toThrow(/abort/i);
          expect((await within(next(), "an answer after an abort")).done).toBe(true);
        });
      });

      describe("is refused with the status and the words of its ResponseError", () => {
        const refusal = (status_code: number, error: string) =>
          expect.objectContaining({ name: "ResponseError", status_code, error }) as Error;
        const ask = { model: TEXT_MODEL, messages: QUESTION };
        const sizeless = { temperature: "hot" as unknown as number };

        it.each<[string, (it: Ollama) => Promise<unknown>, number, string]>([
          ["chat", (it) => it.chat({ ...ask, model: "nope" }), 404, "model 'nope' not found"],
          [
            "a chat's stream",
            (it) => it.chat({ ...ask, model: "nope", stream: true }),
            404,
            "model 'nope' not found",
          ],
          [
            "generate",
            (it) => it.generate({ model: "nope", prompt: "Hi" }),
            404,
            "model 'nope' not found",
          ],
          [
            "embed",
            (it) => it.embed({ model: "nope", input: "Hi" }),
            404,
            'model "nope" not found, try pulling it first',
          ],
          ["show", (it) => it.show({ model: "nope" }), 404, "model 'nope' not found"],
          [
            "think",
            (it) => it.chat({ ...ask, think: true }),
            400,
            `"${TEXT_MODEL}" does not support thinking`,
          ],
          [
            "tools",
            (it) => it.chat({ ...ask, tools: [WEATHER] }),
            400,
            `registry.ollama.ai/library/${TEXT_MODEL} does not support tools`,
          ],
          [
            "an option",
            (it) => it.chat({ ...ask, options: sizeless }),
            500,
            'option "temperature" must be of type float32',
          ],
          [
            "a chat with an embedding model",
            (it) => it.chat({ ...ask, model: EMBEDDING_MODEL }),
            400,
            `"${EMBEDDING_MODEL}" does not support chat`,
          ],
        ])("for %s", async (_what, asking, status, words) => {
          await expect(asking(ollama)).rejects.toEqual(refusal(status, words));
        });
      });
    });
  });
}
