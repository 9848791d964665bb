import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { seenBy, startSeeingOllama } from "../support/seeing-ollama.ts";

const JPEG_HEAD = "data:image/jpeg;base64,";

async function jpeg(width = 40, height = 20): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "red" } })
    .jpeg()
    .toBuffer();
}

async function base64(): Promise<string> {
  return (await jpeg()).toString("base64");
}

function post({ url }: FakeOllama, path: string, body: object): Promise<Response> {
  return fetch(url + path, { method: "POST", body: JSON.stringify({ model: "eyes", ...body }) });
}

const imagePart = (url: string): object => ({ type: "image_url", image_url: { url } });

describe("the seeing fake", () => {
  it("tells what it was shown in /api/chat, whole", async () => {
    const bytes = await jpeg();
    const messages = [
      { role: "system", content: "be brief" },
      { role: "user", content: "what is it?", images: [bytes.toString("base64")] },
    ];
    const ollama = await startSeeingOllama();
    const answer = await post(ollama, "/api/chat", { stream: false, messages });
    const { message } = (await answer.json()) as { message: { content: string } };
    expect(seenBy(message.content)).toEqual({
      images: [
        {
          message: 1,
          format: "jpeg",
          width: 40,
          height: 20,
          bytes: bytes.length,
          channels: 3,
          hasAlpha: false,
          orientation: null,
        },
      ],
      texts: ["be brief", "what is it?"],
    });
  });

  it("tells it in pieces where a stream was asked for", async () => {
    const ollama = await startSeeingOllama();
    const body = { prompt: "what?", images: [await base64(), await base64()] };
    const lines = (await (await post(ollama, "/api/generate", body)).text()).trim().split("\n");
    const texts = lines.map((line) => (JSON.parse(line) as { response: string }).response);
    expect(texts.length).toBeGreaterThan(3);
    const seen = seenBy(texts.join(""));
    expect(seen.images.map(({ message, width }) => [message, width])).toEqual([
      [-1, 40],
      [-1, 40],
    ]);
    expect(seen.texts).toEqual(["what?"]);
  });

  it.each([false, true])("tells it in OpenAI's form (stream: %s)", async (stream) => {
    const parts = [{ type: "text", text: "what?" }, imagePart(JPEG_HEAD + (await base64()))];
    const ollama = await startSeeingOllama();
    const messages = [{ role: "user", content: parts }];
    const answer = await post(ollama, "/v1/chat/completions", { stream, messages });
    const content = stream ? streamedText(await answer.text()) : wholeText(await answer.json());
    expect(seenBy(content)).toMatchObject({
      images: [{ message: 0, width: 40 }],
      texts: ["what?"],
    });
  });

  it.each([
    ["a data URL's head", async () => JPEG_HEAD + (await base64()), "input byte 4"],
    ["bytes that are no image", async () => "aGVsbG8=", "invalid image"],
    [
      "an image that is cut off",
      async () => (await jpeg(400, 400)).subarray(0, 700).toString("base64"),
      "invalid image",
    ],
  ])("refuses in /api/chat %s", async (_case, image, says) => {
    const messages = [{ role: "user", content: "?", images: [await image()] }];
    const answer = await post(await startSeeingOllama(), "/api/chat", { messages });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringContaining(says) });
  });

  it.each([
    ["bare base64", base64, "invalid image input"],
    ["an address", async () => "https://example.org/a.jpg", "not currently supported"],
    [
      "an unknown type",
      async () => `data:image/bmp;base64,${await base64()}`,
      "invalid image input",
    ],
  ])("refuses in OpenAI's form %s", async (_case, url, says) => {
    const messages = [{ role: "user", content: [imagePart(await url())] }];
    const ollama = await startSeeingOllama();
    const answer = await post(ollama, "/v1/chat/completions", { messages });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: expect.stringContaining(says), type: "invalid_request_error" },
    });
  });

  it("says which of its models can see", async () => {
    const ollama = await startSeeingOllama();
    const answers = ["eyes", "fake:latest", "none"].map((model) =>
      post(ollama, "/api/show", { model }),
    );
    const bodies = await Promise.all(answers.map(async (answer) => (await answer).json()));
    expect(bodies).toEqual([
      expect.objectContaining({ capabilities: ["completion", "vision"] }),
      expect.objectContaining({ capabilities: ["completion"] }),
      { error: "model 'none' not found" },
    ]);
  });
});

function wholeText(body: unknown): string {
  const { choices } = body as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? "";
}

function streamedText(body: string): string {
  const events = body.split("\n\n").filter((event) => event.startsWith("data: {"));
  return events
    .map((event) => JSON.parse(event.slice(6)) as { choices: { delta: { content: string } }[] })
    .map(({ choices }) => choices[0]?.delta.content ?? "")
    .join("");
}
