import { describe, expect, it } from "vitest";
import { chatItem, chatItems, expectFigures } from "../support/batch.ts";
import { LineReader } from "../support/ndjson.ts";
import { loggedEvents } from "../support/logged-events.ts";
import { failure, numberOf, say, textOf, type ItemResult } from "../support/batch.ts";
import { EventReader, type EventData } from "../support/event-stream.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers, type HeldAnswer } from "../support/held-answers.ts";
import { picture } from "../support/pictures.ts";
import { connectRaw, jsonRequest } from "../support/raw-client.ts";
import { startSeeingOllama } from "../support/seeing-ollama.ts";
import { idOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { until } from "../support/deadline.ts";

interface Reader {
  next: () => Promise<EventData | undefined>;
  rest: () => Promise<EventData[]>;
}

/** How the stream of one form is written. */
interface Form {
  path: string;
  type: string;
  read: (answer: Response) => Reader;
  /** What stands behind the figures. */
  end: EventData[];
}

const CHAT: Form = {
  path: "/api/v1/batch/chat",
  type: "application/x-ndjson; charset=utf-8",
  read: (answer) => new LineReader(answer),
  end: [],
};

const COMPLETIONS: Form = {
  path: "/api/v1/batch/chat/completions",
  type: "text/event-stream; charset=utf-8",
  read: (answer) => new EventReader(answer),
  end: ["[DONE]"],
};

const VISION: Form[] = [
  { ...CHAT, path: "/api/v1/batch/vlm" },
  { ...COMPLETIONS, path: "/api/v1/batch/vlm/completions" },
];

/** All frames of a stream: the results in the order of their coming, and the figures. */
async function taken(reader: Reader, { end }: Form) {
  const frames = await reader.rest();
  const last = frames.splice(frames.length - 1 - end.length);
  expect(last.slice(1)).toEqual(end);
  return { results: frames as ItemResult[], figures: last[0] as Record<string, unknown> };
}

/** Starts a batch whose items the test answers by hand, all of them under way. */
async function heldBatch({ path }: Form, count: number) {
  const service = await startService({ UPSTREAM_PARALLEL: "6" });
  const chats = new HeldAnswers(service.ollama, "/api/chat");
  const asked = service.gateway.post(path, { requests: chatItems(count), stream: true });
  await chats.came(Math.min(count, 5));
  const answer = await asked;
  const item = async (number: number): Promise<HeldAnswer> => {
    const found = () => chats.all.find((held) => numberOf(held) === number);
    await until(() => found() !== undefined, `item ${number} at the server`);
    const held = found();
    if (!held) throw new Error("unreachable: it has come");
    return held;
  };
  return { ...service, chats, answer, item };
}

describe.each([CHAT, COMPLETIONS])("a streamed batch on $path", (form) => {
  it("sends each result when it is there, counted, and the figures at the end", async () => {
    const { gateway, answer, item } = await heldBatch(form, 3);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(form.type);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    const reader = form.read(answer);
    const results: ItemResult[] = [];
    for (const [i, number] of [2, 0, 1].entries()) {
      say(await item(number));
      // Nothing is kept back: the others are still held.
      const result = (await reader.next()) as ItemResult;
      expect(result).toMatchObject({
        index: number,
        success: true,
        completed: i + 1,
        total_requests: 3,
        done: false,
      });
      expect(textOf(result)).toBe(`answer ${number}`);
      results.push(result);
    }
    const { figures, results: none } = await taken(reader, form);
    expect(none).toEqual([]);
    expect(Object.keys(figures)).toEqual([
      "batch_id",
      "total_requests",
      "successful",
      "failed",
      "total_time_ms",
      "done",
    ]);
    expect(figures["done"]).toBe(true);
    expectFigures(figures, results, idOf(answer));
    await nothingIsHeld({ gateway });
  });

  it("has the data of the whole answer", async () => {
    const { gateway } = await startService();
    const body = { requests: [chatItem(0)] };
    const whole = (await (await gateway.post(form.path, body)).json()) as { results: ItemResult[] };
    const answer = await gateway.post(form.path, { ...body, stream: true });
    const { results } = await taken(form.read(answer), form);
    expect(Object.keys(results[0]?.data ?? {})).toEqual(Object.keys(whole.results[0]?.data ?? {}));
    expect(results.map(textOf)).toEqual(["Hello"]);
  });

  it("sends failures as results, and goes on", async () => {
    const { gateway } = await startService();
    const requests = [
      chatItem(0, { model: "missing" }),
      { messages: [] },
      chatItem(2),
      "no object",
      chatItem(4),
    ];
    const answer = await gateway.post(form.path, { requests, stream: true });
    const { results, figures } = await taken(form.read(answer), form);
    expect(results.map((result) => result["completed"])).toEqual([1, 2, 3, 4, 5]);
    expect(results.toSorted((a, b) => a.index - b.index)).toEqual([
      failure(0, "model_not_found"),
      failure(1, "validation_error"),
      expect.objectContaining({ index: 2, success: true }),
      failure(3, "validation_error"),
      expect.objectContaining({ index: 4, success: true }),
    ]);
    expect(figures).toMatchObject({ successful: 2, failed: 3 });
    expectFigures(figures, results, idOf(answer));
  });

  it("keeps figures and order right when there are many", async () => {
    const { gateway } = await startService({ UPSTREAM_PARALLEL: "6" });
    const answer = await gateway.post(form.path, { requests: chatItems(50), stream: true });
    const { results, figures } = await taken(form.read(answer), form);
    expect(results.map((result) => result["completed"])).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect(new Set(results.map(({ index }) => index)).size).toBe(50);
    expect(figures).toMatchObject({ total_requests: 50, successful: 50, failed: 0, done: true });
    await nothingIsHeld({ gateway });
  });

  it("begins its answer before the first item has ended", async () => {
    const { answer, chats, gateway } = await heldBatch(form, 1);
    expect(answer.status).toBe(200);
    for (const held of chats.all) say(held);
    await answer.text();
    await nothingIsHeld({ gateway });
  });

  it("waits for a client that reads slowly, and holds no place at the server meanwhile", async () => {
    const { gateway, ollama } = await startService();
    const long = "x".repeat(1_000_000);
    ollama.script("/api/chat", (_request, response) => {
      const message = { role: "assistant", content: long };
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ model: "fake", message, done: true }));
    });
    const client = await connectRaw(gateway.url);
    client.pause();
    const answer = client.ask(jsonRequest(form.path, { requests: chatItems(50), stream: true }));
    // Its share of the work rests once sockets and buffers are full.
    const came = () => ollama.to("/api/chat").length;
    await until(() => came() > 0 && gateway.service.load().text === 0, "the batch rests");
    expect(came()).toBeLessThan(50);
    const other = await gateway.post("/api/v1/chat", chatItem(99));
    expect(other.status).toBe(200);
    await other.text();
    expect(gateway.service.load()).toMatchObject({ active: 1, tenants: 1 });
    client.resume();
    await until(() => answer.ending !== undefined, "the whole answer");
    expect(answer.ending).toBe("complete");
    expect(answer.text.split(long)).toHaveLength(51);
    expect(came()).toBe(51);
    await nothingIsHeld({ gateway });
  });

  it("is logged as a stream, its items as they are", async () => {
    const { gateway } = await startService();
    const answer = await gateway.post(form.path, { requests: chatItems(2), stream: true });
    const bytes = (await answer.arrayBuffer()).byteLength;
    const [whole] = await loggedEvents(gateway, "http_request", 1);
    expect(whole).toMatchObject({ stream: true, status_code: 200, client_left: false, bytes });
    const items = await loggedEvents(gateway, "batch_item", 2);
    expect(items.map((item) => item["stream"])).toEqual([false, false]);
  });
});

describe.each(VISION)("a streamed batch on $path", (form) => {
  it("sends each result when it is there", async () => {
    const ollama = await startSeeingOllama();
    const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, UPSTREAM_PARALLEL: "3" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const url = await picture(32, 32);
    const requests = [0, 1, 2].map((i) =>
      form.path.endsWith("vlm")
        ? { messages: [{ role: "user", content: `item ${i}` }], images: [url] }
        : {
            messages: [
              {
                role: "user",
                content: [
                  { type: "text", text: `item ${i}` },
                  { type: "image_url", image_url: { url } },
                ],
              },
            ],
          },
    );
    const asked = gateway.post(form.path, { requests, stream: true });
    await chats.came(3);
    const answer = await asked;
    expect(answer.headers.get("content-type")).toBe(form.type);
    const reader = form.read(answer);
    const results: ItemResult[] = [];
    for (const held of chats.all.toSorted((a, b) => numberOf(b) - numberOf(a))) {
      say(held);
      const result = (await reader.next()) as ItemResult;
      expect(result.data).toMatchObject({ images_processed: 1 });
      results.push(result);
    }
    expect(results.map(({ index }) => index)).toEqual([2, 1, 0]);
    const { figures } = await taken(reader, form);
    expectFigures(figures, results, idOf(answer));
    await nothingIsHeld({ gateway });
  });
});
