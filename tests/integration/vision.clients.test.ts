import { Ollama } from "ollama";
import OpenAI, { BadRequestError, NotFoundError, UnprocessableEntityError } from "openai";
import { describe, expect, it } from "vitest";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { dataUrl, imagePart, photo, rgbaPage, textPart } from "../support/image-files.ts";
import { connectRaw } from "../support/raw-client.ts";
import { seenBy, type Seen } from "../support/seeing-ollama.ts";
import { bodyTo, jsonOf, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { seenInStream, startVision, textOf } from "../support/vision-service.ts";

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

describe("the openai client at /v1, with the slim-down header", () => {
  it.each(["on", "off"])("sends images to the server (%s)", async (wish) => {
    const { gateway } = await startVision();
    const openai = new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: "none",
      maxRetries: 0,
      defaultHeaders: { "X-Shared-Ollama-Image-Compression": wish },
    });
    const image = await photo({ width: 3000, height: 30 });
    const answer = await openai.chat.completions.create({
      model: "eyes",
      messages: [userMessage(image)],
    });
    const [seen] = seenBy(answer.choices[0]?.message.content ?? "").images;
    if (wish === "off") expect(seen).toMatchObject({ width: 3000, bytes: image.length });
    else expect(seen).toMatchObject({ width: 2667, height: 26 });
  });
});

describe("the ollama client", () => {
  const slim = { "X-Shared-Ollama-Image-Compression": "on" };

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
      expect((await ask(connect(service, slim))).images).toMatchObject([small]);
    }
    await nothingIsHeld(service);
  });

  it("streams a chat about an image", async () => {
    const service = await startVision();
    const client = connect(service, slim);
    const messages = [{ role: "user", content: QUESTION, images: [await rgbaPage()] }];
    let text = "";
    for await (const part of await client.chat({ model: "eyes", messages, stream: true })) {
      text += part.message.content;
    }
    expect(seenBy(text).images).toMatchObject([{ format: "jpeg", hasAlpha: false }]);
  });

  it("generates from an image", async () => {
    const service = await startVision();
    const client = connect(service, slim);
    const images = [await photo({ width: 3000, height: 30 })];
    const answer = await client.generate({ model: "eyes", prompt: QUESTION, images });
    expect(seenBy(answer.response ?? "").images).toMatchObject([{ message: -1, width: 2667 }]);
  });

  it("hears from the server itself what is wrong with an image", async () => {
    const service = await startVision();
    const client = connect(service, slim);
    const images = [Buffer.from("no image at all")];
    const asking = client.generate({ model: "eyes", prompt: QUESTION, images });
    await expect(asking).rejects.toThrow("invalid image");
  });
});

/** A body as Python writes it: spaces behind commas and colons, ASCII only. */
function pythonJson(value: unknown): string {
  const text = JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
  return text.replaceAll(/[^\0-\x7f]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const PYTHON = {
  "User-Agent": "python-requests/2.32.5",
  "Accept-Encoding": "gzip, deflate, zstd",
  Accept: "*/*",
  Connection: "keep-alive",
  "Content-Type": "application/json",
};

describe("Docling", () => {
  const PATHS = ["/api/v1/vlm/openai", "/api/v1/chat/completions"];
  const PROMPT = "Convert this page to docling – “DocTags”.";

  /** The body of docling/utils/api_image_request.py: image first; params at the top level. */
  async function doclingBody(prompt: string, params: object, size = {}): Promise<object> {
    const page = dataUrl(await rgbaPage(size), "image/png");
    const content = [
      { type: "image_url", image_url: { url: page } },
      { type: "text", text: prompt },
    ];
    return { messages: [{ role: "user", content }], ...params };
  }

  function post(
    { gateway }: RunningService,
    path: string,
    body: object,
    headers: object = {},
    init: RequestInit = {},
  ): Promise<Response> {
    const sent = { ...PYTHON, Authorization: "Bearer none", ...headers };
    return gateway.post(path, pythonJson(body), { ...init, headers: sent });
  }

  it.each(PATHS)("has a page read by ApiVlmOptions (%s)", async (path) => {
    const service = await startVision({ VLM_MAX_BODY_BYTES: "9000000" });
    const params = { model: "eyes", max_tokens: 4096, temperature: 0.0 };
    // US Letter at scale 2.
    const body = await doclingBody(PROMPT, params, { width: 1224, height: 1584 });
    const answer = await post(service, path, body);
    expect(answer.status).toBe(200);
    const { choices, ...completion } = await jsonOf(answer);
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      created: expect.any(Number),
      model: "eyes",
      usage: {
        prompt_tokens: expect.any(Number),
        completion_tokens: expect.any(Number),
        total_tokens: expect.any(Number),
      },
    });
    expect(choices).toEqual([
      expect.objectContaining({
        index: 0,
        message: expect.objectContaining({ role: "assistant", content: expect.any(String) }),
        finish_reason: "stop",
      }),
    ]);
    const [choice] = choices as { message: { content: string } }[];
    const seen = seenBy(choice?.message.content ?? "");
    expect(seen.texts).toEqual([PROMPT]);
    expect(seen.images).toMatchObject([
      { message: 0, format: "jpeg", width: 1224, height: 1584, channels: 3 },
    ]);
    expect(bodyTo(service.ollama, "/api/chat")["options"]).toMatchObject({
      temperature: 0,
      num_predict: 4096,
    });
  });

  it.each(PATHS)("has a picture told by PictureDescriptionApiOptions (%s)", async (path) => {
    const service = await startVision();
    const prompt = "Describe the image in three sentences. Be consise and accurate.";
    const params = {
      model: "eyes",
      seed: 42,
      max_completion_tokens: 200,
      extra_body: { chat_template_kwargs: { enable_thinking: false }, top_k: 1 },
      metadata: { source: "docling" },
    };
    const answer = await post(service, path, await doclingBody(prompt, params));
    expect(answer.status).toBe(200);
    const sent = bodyTo(service.ollama, "/api/chat");
    expect(sent["options"]).toMatchObject({ seed: 42, num_predict: 200, top_k: 40 });
    expect(sent).not.toHaveProperty("extra_body");
    expect(sent).not.toHaveProperty("metadata");
  });

  it.each(PATHS)("may leave the model out (%s)", async (path) => {
    const service = await startVision();
    const answer = await post(service, path, await doclingBody(PROMPT, { temperature: 0.0 }));
    expect(await jsonOf(answer)).toMatchObject({ model: "eyes:latest" });
  });

  it.each(PATHS)("reads a stream and closes it on its stop rule (%s)", async (path) => {
    const service = await startVision();
    const body = await doclingBody(PROMPT, { stream: true, model: "eyes", temperature: 0.0 });
    const streaming = { Accept: "text/event-stream", "X-Temperature": "0.0" };
    const whole = await post(service, path, body, streaming);
    const events = await eventsOf(whole);
    expect(events.at(-1)).toBe("[DONE]");
    expect(seenBy(textOf(events)).images).toMatchObject([{ format: "jpeg" }]);

    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const client = new AbortController();
    const init = { signal: client.signal };
    const answering = post(service, path, body, streaming, init);
    const held = await chats.next();
    held.piece("<loc_1>");
    const reader = new EventReader(await answering);
    expect(await reader.next()).toMatchObject({ choices: [{ delta: { content: "<loc_1>" } }] });
    client.abort();
    await held.sawCancel();
    await nothingIsHeld(service);
  });

  it("says length where the model was cut off", async () => {
    const service = await startVision();
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const answering = post(service, PATHS[0] ?? "", await doclingBody(PROMPT, {}));
    const message = { role: "assistant", content: "x" };
    (await chats.next()).json({ message, done: true, done_reason: "length" });
    expect(await jsonOf(await answering)).toMatchObject({
      choices: [{ message: { content: "x" }, finish_reason: "length" }],
    });
  });

  it("closes its connection in the middle of an upload without harm", async () => {
    const service = await startVision();
    const text = pythonJson(await doclingBody(PROMPT, {}));
    const client = await connectRaw(service.gateway.url);
    const headers: [string, string][] = [["Content-Length", String(text.length)]];
    client.ask({ method: "POST", target: PATHS[0] ?? "", headers, body: text.slice(0, 2000) });
    client.leave();
    await nothingIsHeld(service);
    expect((await post(service, PATHS[0] ?? "", await doclingBody(PROMPT, {}))).status).toBe(200);
  });

  it("finds the health route that it asks first", async () => {
    const { gateway } = await startVision();
    expect((await gateway.get("/api/v1/health", { headers: PYTHON })).status).toBe(200);
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
