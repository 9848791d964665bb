import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type ClientWorld,
  DOORS,
  EMBEDDING_MODEL,
  SCRIPTED_MODEL,
  TEXT_MODEL,
  WEATHER,
} from "../../support/client-world.ts";
import { within } from "../../support/deadline.ts";
import { COUNTED, SAID, WRITTEN } from "../../support/scripted-model.ts";
import { COUNT_QUESTION } from "../../support/tool-template.ts";
import { cosine } from "../../support/vectors.ts";

const QUESTION = [{ role: "user" as const, content: "Say hello." }];
const ASK = { model: SCRIPTED_MODEL, messages: QUESTION, max_tokens: 6, temperature: 0 };
/** What a model without a template for tools is asked. */
const PLAIN = { ...ASK, model: TEXT_MODEL };
const Cat = z.strictObject({ name: z.string().max(12), age: z.int().min(0).max(30) });
/** An answer that does not end by itself. */
const ENDLESS = { model: SCRIPTED_MODEL, messages: [COUNT_QUESTION], max_tokens: 1_000_000 };
const COUNT = { ...ENDLESS, max_tokens: 2, temperature: 0 };

/** The gateway speaks the dialect under its own prefix, too. */
const PLACES = [...DOORS.map((door) => [door, "/v1"] as const), ["gateway", "/api/v1"] as const];

export function describeOpenAI(world: () => ClientWorld): void {
  describe("openai's client", () => {
    describe.each(PLACES)("at the %s's %s", (door, base) => {
      let openai: OpenAI;
      beforeAll(() => {
        openai = new OpenAI({ baseURL: world().url(door) + base, apiKey: "none", maxRetries: 0 });
      });

      it("lists models", async () => {
        const { data } = await openai.models.list();
        expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining([TEXT_MODEL]));
        expect(data[0]).toMatchObject({ object: "model", owned_by: "library" });
      });

      it("retrieves a model", async () => {
        expect(await openai.models.retrieve(TEXT_MODEL)).toMatchObject({
          id: TEXT_MODEL,
          object: "model",
          owned_by: "library",
        });
        // The client escapes the slashes.
        for (const name of ["nope", "hf.co/nobody/nothing:Q4"]) {
          const error = await openai.models.retrieve(name).catch((err: unknown) => err);
          expect(error).toBeInstanceOf(NotFoundError);
          expect(String(error)).toMatch(/not found/);
        }
      });

      describe("completes a chat", () => {
        it("as far as max_completion_tokens says, whatever max_tokens does", async () => {
          const { choices, usage } = await openai.chat.completions.create({
            ...COUNT,
            max_tokens: 6,
            max_completion_tokens: 2,
          });
          expect(choices[0]?.finish_reason).toBe("length");
          expect(usage?.completion_tokens).toBe(2);
          expect(choices[0]?.message.content).toBe(COUNTED.slice(0, 2).join(""));
        });

        it("whole, and in chunks that make the whole, with their usage", async () => {
          const whole = await openai.chat.completions.create(ASK);
          const [choice] = whole.choices;
          expect(choice?.message).toMatchObject({ role: "assistant", content: SAID.join("") });
          expect(choice?.finish_reason).toBe("stop");
          expect(whole.usage?.completion_tokens).toBeLessThanOrEqual(6);
          const stream = await openai.chat.completions.create({
            ...ASK,
            stream: true,
            stream_options: { include_usage: true },
          });
          const chunks = [];
          for await (const chunk of stream) chunks.push(chunk);
          const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
          expect(text).toBe(choice?.message.content);
          const reasons = chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []);
          expect(reasons).toEqual([choice?.finish_reason]);
          expect(chunks.at(-1)?.usage).toEqual(whole.usage);
        });

        it("from parts, with a system text, earlier turns and a stop", async () => {
          const { choices } = await openai.chat.completions.create({
            ...ASK,
            messages: [
              { role: "system", content: "Be brief." },
              { role: "user", content: [{ type: "text", text: "My name is Ada." }] },
              { role: "assistant", content: "Hello Ada!" },
              ...QUESTION,
            ],
            stop: ["mild"],
          });
          expect(choices[0]).toMatchObject({
            message: { content: `${SAID[0]}${SAID[1]} ` },
            finish_reason: "stop",
          });
        });

        it("as JSON, free and by a schema", async () => {
          const messages = [{ role: "user" as const, content: "Describe a cat as JSON." }];
          const ask = { ...ASK, messages, max_tokens: 200 };
          const { choices } = await openai.chat.completions.create({
            ...ask,
            response_format: { type: "json_object" },
          });
          expect(choices[0]).toMatchObject({
            message: { content: `{${WRITTEN.join("")}` },
            finish_reason: "stop",
          });
          const held = await openai.chat.completions.parse({
            ...ask,
            response_format: zodResponseFormat(Cat, "cat"),
          });
          expect(Cat.safeParse(held.choices[0]?.message.parsed).error).toBeUndefined();
        });

        it("with log probabilities", async () => {
          const request = { ...COUNT, logprobs: true, top_logprobs: 2 };
          const { choices } = await openai.chat.completions.create(request);
          const rated = choices[0]?.logprobs?.content ?? [];
          expect(rated.map(({ token }) => token)).toEqual(COUNTED.slice(0, 2));
          expect(rated[0]?.top_logprobs).toHaveLength(2);
        });

        it("with a tool, whose result goes back", async () => {
          const question = { role: "user" as const, content: "What is the weather in Paris?" };
          const ask = { ...ASK, tools: [WEATHER], max_tokens: 12 };
          const asked = await openai.chat.completions.create({ ...ask, messages: [question] });
          const [choice] = asked.choices;
          expect(choice?.finish_reason).toBe("tool_calls");
          const [call] = choice?.message.tool_calls ?? [];
          if (call?.type !== "function") throw new Error("there is no call of a function");
          expect(call.function.name).toBe("get_weather");
          expect(JSON.parse(call.function.arguments)).toEqual({ city: "Paris" });
          const stream = openai.chat.completions.stream({ ...ask, messages: [question] });
          const [streamed] = (await stream.finalMessage()).tool_calls ?? [];
          expect(streamed).toMatchObject({ type: "function", function: { name: "get_weather" } });
          const result = { role: "tool" as const, tool_call_id: call.id, content: "22 degrees" };
          const told = await openai.chat.completions.create({
            ...ask,
            messages: [question, ...asked.choices.map(({ message }) => message), result],
          });
          expect(told.choices[0]?.message.tool_calls).toBeUndefined();
          expect(told.choices[0]).toMatchObject({
            message: { content: SAID.join("") },
            finish_reason: "stop",
          });
        });

        it("with a tool that the client runs", async () => {
          const cities: unknown[] = [];
          const tool = {
            type: "function" as const,
            function: {
              ...WEATHER.function,
              parse: (text: string) => JSON.parse(text) as { city: string },
              function: ({ city }: { city: string }) => {
                cities.push(city);
                return "22 degrees";
              },
            },
          };
          const question = { role: "user" as const, content: "What is the weather in Paris?" };
          const runner = openai.chat.completions.runTools({
            ...ASK,
            // This helper takes an answer that was cut off for a mistake.
            max_tokens: 100,
            messages: [question],
            tools: [tool],
          });
          expect(await runner.finalContent()).toBe(SAID.join(""));
          expect(cities).toEqual(["Paris"]);
        });

        it("until its reader leaves, and the next is answered", async () => {
          const next = async (what: string) => {
            const { choices } = await within(openai.chat.completions.create(COUNT), what);
            expect(choices).toHaveLength(1);
          };
          const left = await openai.chat.completions.create({ ...ENDLESS, stream: true });
          for await (const _chunk of left) break;
          await next("an answer after a break");
          const aborted = await openai.chat.completions.create({ ...ENDLESS, stream: true });
          for await (const _chunk of aborted) aborted.controller.abort();
          await next("an answer after an abort");
          const client = new AbortController();
          const { signal } = client;
          const whole = openai.chat.completions.create(ENDLESS, { signal });
          const waiting = next("an answer after a whole one was left");
          await openai.models.list();
          client.abort();
          await expect(whole).rejects.toBeInstanceOf(APIUserAbortError);
          await waiting;
        });
      });

      it("embeds, in base64 and in plain numbers", async () => {
        const request = { model: EMBEDDING_MODEL, input: ["cat", "sun"] };
        const packed = await openai.embeddings.create(request);
        const plain = await openai.embeddings.create({ ...request, encoding_format: "float" });
        expect(plain.data.map(({ index }) => index)).toEqual([0, 1]);
        for (const [i, { embedding }] of plain.data.entries()) {
          expect(embedding).toHaveLength(384);
          expect(cosine(embedding, packed.data[i]?.embedding ?? [])).toBeGreaterThan(0.9999);
        }
        expect(plain.usage.prompt_tokens).toBeGreaterThan(0);
        const one = await openai.embeddings.create({ ...request, input: "sun", dimensions: 64 });
        expect(one.data.map(({ embedding }) => embedding.length)).toEqual([64]);
      });

      it.each<[string, (it: OpenAI) => Promise<unknown>]>([
        ["a chat", (it) => it.chat.completions.create({ ...ASK, model: "nope" })],
        ["a stream", (it) => it.chat.completions.create({ ...ASK, model: "nope", stream: true })],
        ["embeddings", (it) => it.embeddings.create({ model: "nope", input: "Hi" })],
      ])("finds no model of that name for %s", async (_what, asking) => {
        const error = await asking(openai).catch((err: unknown) => err);
        expect(error).toBeInstanceOf(NotFoundError);
        expect(String(error)).toMatch(/nope.* not found/);
      });
    });

    describe.each(DOORS)("at the %s", (door) => {
      let openai: OpenAI;
      beforeAll(() => {
        openai = new OpenAI({ baseURL: `${world().url(door)}/v1`, apiKey: "none", maxRetries: 0 });
      });

      it("completes a prompt, whole and in chunks, and is refused a list of prompts", async () => {
        const request = { model: TEXT_MODEL, prompt: "The sky is", max_tokens: 6, temperature: 0 };
        const whole = await openai.completions.create(request);
        expect(whole.choices[0]?.text).toBeTypeOf("string");
        expect(whole.usage?.total_tokens).toBeGreaterThan(0);
        const stream = await openai.completions.create({
          ...request,
          stream: true,
          stream_options: { include_usage: true },
        });
        const chunks = [];
        for await (const chunk of stream) chunks.push(chunk);
        expect(chunks.map(({ choices }) => choices[0]?.text ?? "").join("")).toBe(
          whole.choices[0]?.text,
        );
        expect(chunks.at(-1)?.usage).toEqual(whole.usage);
        const list = openai.completions.create({ ...request, prompt: ["a", "b"] });
        await expect(list).rejects.toBeInstanceOf(BadRequestError);
      });

      it.each<[string, (it: OpenAI) => Promise<unknown>, RegExp]>([
        ["no messages", (it) => it.chat.completions.create({ ...ASK, messages: [] }), /too short/],
        [
          "too many log probabilities",
          (it) => it.chat.completions.create({ ...ASK, logprobs: true, top_logprobs: 21 }),
          /between 0 and 20/,
        ],
        [
          "tools without a template for them",
          (it) => it.chat.completions.create({ ...PLAIN, tools: [WEATHER] }),
          /does not support tools/,
        ],
        [
          "thinking",
          (it) => it.chat.completions.create({ ...PLAIN, reasoning_effort: "high" }),
          /think/,
        ],
        [
          "a chat with an embedding model",
          (it) => it.chat.completions.create({ ...ASK, model: EMBEDDING_MODEL }),
          /does not support chat/,
        ],
        [
          "tokens to embed",
          (it) => it.embeddings.create({ model: EMBEDDING_MODEL, input: [1, 2] }),
          /invalid input type/,
        ],
      ])("is refused %s", async (_what, asking, words) => {
        const error = await asking(openai).catch((err: unknown) => err);
        expect(error).toBeInstanceOf(BadRequestError);
        expect(String(error)).toMatch(words);
      });

      it("is told why there are no responses", async () => {
        const asked = openai.responses.create({ model: TEXT_MODEL, input: "Hi" });
        await expect(asked).rejects.toThrow(/use \/v1\/chat\/completions/);
      });
    });
  });
}
