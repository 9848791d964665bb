import { Ollama } from "ollama";
import OpenAI, { BadRequestError, NotFoundError, UnprocessableEntityError } from "openai";
import { describe, expect, it } from "vitest";
import { HeldAnswers } from "../support/held-answers.ts";
import { dataUrl, imagePart, photo, rgbaPage, textPart } from "../support/image-files.ts";
import { seenBy, type Seen } from "../support/seeing-ollama.ts";
import { bodyTo, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { seenInStream, startVision } from "../support/vision-service.ts";
import { PYTHON, pythonJson } from "./vision-clients-set-up.ts";

const QUESTION = "What is it?";

function userMessage(...images: Buffer[]) {
  const parts = images.map((image) => imagePart(dataUrl(image)));
  return { role: "user" as const, content: [textPart(QUESTION), ...parts] };
}

describe("the openai client at /api/v1", () => {
  function connect({ gateway }: RunningService): OpenAI {
    return new OpenAI({ baseURL: `${gateway.url}/api/v1`, apiKey: "none", maxRetries: 0 });
  }

  it("completes a chat about images", async () => {
    const service = await startVision();
    const answer = await connect(service).chat.completions.create({
      model: "eyes",
      messages: [userMessage(await photo(), await rgbaPage({ width: 30 }))],
      max_completion_tokens: 50,
      temperature: 0,
      user: "ada",
    });
    const [choice] = answer.choices;
    const seen = seenBy(choice?.message.content ?? "");
    expect(seen.texts).toEqual([QUESTION]);
    expect(seen.images).toMatchObject([
      { format: "jpeg", width: 64 },
      { format: "jpeg", width: 30 },
    ]);
    expect(choice?.finish_reason).toBe("stop");
    expect(answer.usage?.total_tokens).toBeGreaterThan(7);
    expect(answer).toMatchObject({ images_processed: 2 });
  });

  it("streams a chat about an image", async () => {
    const service = await startVision();
    const stream = await connect(service).chat.completions.create({
      model: "eyes",
      messages: [userMessage(await photo())],
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let finish: string | null | undefined;
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
      tokens = chunk.usage?.prompt_tokens ?? tokens;
    }
    expect(seenBy(text).images).toMatchObject([{ width: 64, height: 48 }]);
    expect([finish, tokens]).toEqual(["stop", 7]);
  });

  it("stops the server when it leaves a stream", async () => {
    const service = await startVision();
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const messages = [userMessage(await photo())];
    const create = connect(service).chat.completions.create({
      model: "eyes",
      messages,
      stream: true,
    });
    const held = await chats.next();
    held.piece("A c");
    for await (const chunk of await create) {
      expect(chunk.choices[0]?.delta.content).toBe("A c");
      break;
    }
    await held.sawCancel();
    await nothingIsHeld(service);
  });

  it("asks for JSON of a schema, with its own helper fields", async () => {
    const service = await startVision();
    const schema = { type: "object", properties: { kind: { type: "string" } } };
    await connect(service).chat.completions.create({
      model: "eyes",
      messages: [userMessage(await photo())],
      response_format: { type: "json_schema", json_schema: { name: "kind", schema, strict: true } },
    });
    expect(bodyTo(service.ollama, "/api/chat")).toMatchObject({ format: schema });
  });

  it("turns refusals into its own errors", async () => {
    const client = connect(await startVision());
    const ask = (model: string, url: string) =>
      client.chat.completions.create({
        model,
        messages: [{ role: "user", content: [imagePart(url)] }],
      });
    const sound = dataUrl(await photo());
    await expect(ask("nope", sound)).rejects.toBeInstanceOf(NotFoundError);
    await expect(ask("fake", sound)).rejects.toBeInstanceOf(BadRequestError);
    await expect(ask("fake", sound)).rejects.toThrow(/cannot see images; 'eyes:latest' can/);
    const address = ask("eyes", "https://example.org/a.jpg");
    await expect(address).rejects.toBeInstanceOf(UnprocessableEntityError);
    await expect(address).rejects.toMatchObject({
      code: "validation_error",
      param: "messages.0.content.0.image_url.url",
      type: "invalid_request_error",
    });
    const bad = ask("eyes", sound.slice(0, 400));
    await expect(bad).rejects.toMatchObject({ status: 400, code: "invalid_request" });
  });
});

describe("the openai client at /v1, with the compression header", () => {
  it.each(["on", "off"])("sends images to the server (%s)", async (compression) => {
    const { gateway } = await startVision();
    const openai = new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: "none",
      maxRetries: 0,
      defaultHeaders: { "X-Shared-Ollama-Image-Compression": compression },
    });
    const image = await photo({ width: 3000, height: 30 });
    const answer = await openai.chat.completions.create({
      model: "eyes",
      messages: [userMessage(image)],
    });
    const [seen] = seenBy(answer.choices[0]?.message.content ?? "").images;
    if (compression === "off") expect(seen).toMatchObject({ width: 3000, bytes: image.length });
    else expect(seen).toMatchObject({ width: 2667, height: 26 });
  });
});

describe("the ollama client", () => {
  const COMPRESS = { "X-Shared-Ollama-Image-Compression": "on" };

  function connect({ gateway }: RunningService, headers: Record<string, string> = {}): Ollama {
    return new Ollama({ host: gateway.url, headers });
  }

  it("chats about images as bytes and as base64", async () => {
    const service = await startVision();
    const image = await photo({ width: 3000, height: 30 });
    for (const images of [[new Uint8Array(image)], [image.toString("base64")]]) {
      const messages = [{ role: "user", content: QUESTION, images }];
      const ask = async (client: Ollama): Promise<Seen> =>
        seenBy((await client.chat({ model: "eyes", messages })).message.content);
      const whole = { width: 3000, bytes: image.length };
      expect((await ask(connect(service))).images).toMatchObject([whole]);
      const small = { width: 2667, height: 26 };
      expect((await ask(connect(service, COMPRESS))).images).toMatchObject([small]);
    }
    await nothingIsHeld(service);
  });

  it("streams a chat about an image", async () => {
    const service = await startVision();
    const client = connect(service, COMPRESS);
    const messages = [{ role: "user", content: QUESTION, images: [await rgbaPage()] }];
    let text = "";
    for await (const part of await client.chat({ model: "eyes", messages, stream: true })) {
      text += part.message.content;
    }
    expect(seenBy(text).images).toMatchObject([{ format: "jpeg", hasAlpha: false }]);
  });

  it("generates from an image", async () => {
    const service = await startVision();
    const client = connect(service, COMPRESS);
    const images = [await photo({ width: 3000, height: 30 })];
    const answer = await client.generate({ model: "eyes", prompt: QUESTION, images });
    expect(seenBy(answer.response ?? "").images).toMatchObject([{ message: -1, width: 2667 }]);
  });

  it("hears from the server itself what is wrong with an image", async () => {
    const service = await startVision();
    const client = connect(service, COMPRESS);
    const images = [Buffer.from("no image at all")];
    const asking = client.generate({ model: "eyes", prompt: QUESTION, images });
    await expect(asking).rejects.toThrow("invalid image");
  });
});

describe("LiteLLM", () => {
  const PATH = "/api/v1/chat/completions";
  const HEADERS = { "User-Agent": "OpenAI/Python 2.8.0", Authorization: "Bearer sk-none" };

  it("asks openai/<name> about an image, with its extras at the top level", async () => {
    const service = await startVision();
    const schema = { type: "object", properties: { kind: { type: "string" } } };
    const url = dataUrl(await photo(), "image/png");
    const image = { type: "image_url", image_url: { url, detail: "auto", format: "image/png" } };
    const body = {
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [textPart(QUESTION), image] },
      ],
      model: "eyes",
      max_tokens: 64,
      temperature: 0.1,
      guided_json: schema,
      top_k: 5,
      stop: "END",
      n: 1,
      user: "ada",
      tool_choice: "none",
      parallel_tool_calls: false,
      frequency_penalty: 0,
      presence_penalty: 0,
      logprobs: false,
      metadata: { trace: "1" },
      extra_body: { guided_regex: "x" },
    };
    const init = { headers: { ...PYTHON, ...HEADERS } };
    const answer = await service.gateway.post(PATH, pythonJson(body), init);
    expect(answer.status).toBe(200);
    const sent = bodyTo(service.ollama, "/api/chat");
    expect(sent).toMatchObject({
      model: "eyes",
      format: schema,
      options: { num_predict: 64, temperature: 0.1, top_k: 5, stop: ["END"] },
    });
    expect(Object.keys(sent).toSorted()).toEqual([
      "format",
      "messages",
      "model",
      "options",
      "stream",
      "truncate",
    ]);
  });

  it("streams with stream_options", async () => {
    const service = await startVision();
    const body = {
      messages: [userMessage(await photo())],
      model: "eyes",
      stream: true,
      stream_options: { include_usage: true },
    };
    const init = { headers: { ...PYTHON, ...HEADERS, Accept: "application/json" } };
    const answer = await service.gateway.post(PATH, pythonJson(body), init);
    expect((await seenInStream(answer)).images).toHaveLength(1);
  });
});
