import { describe, expect, it } from "vitest";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { dataUrl, rgbaPage } from "../support/image-files.ts";
import { connectRaw } from "../support/raw-client.ts";
import { seenBy } from "../support/seeing-ollama.ts";
import { bodyTo, jsonOf, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { startVision, textOf } from "../support/vision-service.ts";
import { PYTHON, pythonJson } from "./vision-clients-set-up.ts";

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
