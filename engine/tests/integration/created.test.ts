import { type ChatResponse, type GenerateResponse, type Message, Ollama } from "ollama";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningEngine, TEXT_MODEL, ensureTextModel, startEngine } from "./engine-process.ts";
import { storeWithTextModels } from "./temp-models.ts";

const SYSTEM = "You are a pirate.";
const PARAMETERS = { temperature: 0, seed: 1, num_predict: 4, stop: ["zzz"] };
const STORED = [
  { role: "user", content: "My name is Ada." },
  { role: "assistant", content: "Hello Ada!" },
];
const ASKED = [{ role: "user", content: "What is my name?" }];

let engine: RunningEngine;
let ollama: Ollama;
let store: Awaited<ReturnType<typeof storeWithTextModels>>;

/** A store of its own with the text model in it, and models made from that. */
beforeAll(async () => {
  store = await storeWithTextModels();
  engine = await startEngine({ OLLAMA_MODELS: store.folder });
  await ensureTextModel(engine);
  ollama = new Ollama({ host: engine.url });
  const base = { from: TEXT_MODEL, stream: false } as const;
  await ollama.create({ ...base, model: "pirate", system: SYSTEM, parameters: PARAMETERS });
  await ollama.create({ ...base, model: "ada", messages: STORED, parameters: PARAMETERS });
}, 300_000);
afterAll(async () => {
  await engine.stop();
  await store.remove();
});

const figures = ({ prompt_eval_count, eval_count }: ChatResponse | GenerateResponse) => ({
  prompt_eval_count,
  eval_count,
});

/** What the base says when it is told everything that a made model brings along. */
const baseChat = (messages: Message[]) =>
  ollama.chat({ model: TEXT_MODEL, messages, options: PARAMETERS });

describe("a model that was made of another", () => {
  // It is asked first: what is in memory bears the name it was loaded by.
  it("is listed as loaded by its own name and digest", async () => {
    await ollama.generate({ model: "pirate", prompt: "" });
    const [loaded] = (await ollama.ps()).models.filter(({ name }) => name === "pirate:latest");
    const stored = (await ollama.list()).models.find(({ name }) => name === "pirate:latest");
    expect(loaded?.digest).toBe(stored?.digest);
    expect(loaded?.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("brings its system text and its parameters to generate", async () => {
    const prompt = "Tell me something.";
    const made = await ollama.generate({ model: "pirate", prompt });
    const told = await ollama.generate({
      model: TEXT_MODEL,
      prompt,
      system: SYSTEM,
      options: PARAMETERS,
    });
    expect(made.response).toBe(told.response);
    expect(figures(made)).toEqual(figures(told));
    expect(made.eval_count).toBeLessThanOrEqual(4);
  });

  it("brings its system text to chat, unless the conversation has one", async () => {
    const made = await ollama.chat({ model: "pirate", messages: ASKED });
    const told = await baseChat([{ role: "system", content: SYSTEM }, ...ASKED]);
    expect([made.message.content, figures(made)]).toEqual([told.message.content, figures(told)]);
    const own = [{ role: "system", content: "Be brief." }, ...ASKED];
    const replaced = await ollama.chat({ model: "pirate", messages: own });
    expect(figures(replaced).prompt_eval_count).toBe(
      figures(await baseChat(own)).prompt_eval_count,
    );
  });

  it("puts the turns it brings along before those of the request", async () => {
    const made = await ollama.chat({ model: "ada", messages: ASKED });
    const told = await baseChat([...STORED, ...ASKED]);
    expect([made.message.content, figures(made)]).toEqual([told.message.content, figures(told)]);
  });

  it("lets a request's options hold over its parameters", async () => {
    const options = { num_predict: 2 };
    const made = await ollama.chat({ model: "pirate", messages: ASKED, options });
    expect(made.eval_count).toBeLessThanOrEqual(2);
  });
});
