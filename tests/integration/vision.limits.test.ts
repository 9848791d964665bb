import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { photo, SLOWLY, slowPhoto } from "../support/image-files.ts";
import { jsonOf, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import {
  about,
  expectVisionError,
  loadIs,
  startVision,
  VISION_PATHS,
} from "../support/vision-service.ts";

const [NATIVE = ""] = VISION_PATHS;
const TEXT = { model: "fake", messages: [{ role: "user", content: "hi" }] };

function asTenant(project: string): RequestInit {
  return { headers: { "x-project-name": project } };
}

/** The vision queue's numbers as operators see them. */
async function stats({ gateway }: RunningService): Promise<Record<string, number>> {
  const body = await jsonOf(await gateway.get("/api/v1/queue/stats"));
  return body["vlm"] as Record<string, number>;
}

async function queued(service: RunningService, count: number): Promise<void> {
  const isSo = async () => (await stats(service))["queued"] === count;
  await until(isSo, `${count} requests with images wait`);
}

describe("the vision limits", () => {
  it("are 3 at once, 20 waiting and 150 s unless set otherwise", async () => {
    const service = await startVision();
    expect(await stats(service)).toMatchObject({
      max_concurrent: 3,
      max_queue_size: 20,
      default_timeout: 150,
    });
    const profile = await jsonOf(await service.gateway.get("/api/v1/system/model-profile"));
    expect(JSON.stringify(profile["limits"])).toContain("150");
  });

  it("let three run, twenty wait, and refuse the 24th with 503 queue_full", async () => {
    const service = await startVision({ UPSTREAM_PARALLEL: "9" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const image = await photo();
    const answers = Array.from({ length: 23 }, (_, i) => {
      const path = VISION_PATHS[i % VISION_PATHS.length] ?? "";
      return gateway.post(path, about(path, [image]), asTenant(`tenant-${i}`));
    });
    await chats.came(3);
    await queued(service, 20);
    expect(chats.all).toHaveLength(3);
    for (const path of VISION_PATHS) {
      const answer = await gateway.post(path, about(path, [image]), asTenant("late"));
      const full = { status: 503, code: "queue_full", retryAfter: 2 };
      await expectVisionError(path, answer, full);
    }
    // Text has a queue of its own.
    const words = gateway.post("/api/v1/chat", TEXT, asTenant("late"));
    await chats.came(4);
    for (let i = 0; i < 24; i += 1)
      (await chats.next()).json({ message: { content: "x" }, done: true });
    for (const answer of await Promise.all([...answers, words])) expect(answer.status).toBe(200);
    expect(await stats(service)).toMatchObject({ completed: 23, rejected: 3 });
    await nothingIsHeld(service);
  });

  it("give a tenant three requests over all vision routes, streaming or not", async () => {
    const service = await startVision({ UPSTREAM_PARALLEL: "9", QUEUE_VLM_MAX_CONCURRENT: "9" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const image = await photo();
    const post = (path: string, project: string, more: object = {}) =>
      gateway.post(path, about(path, [image], more), asTenant(project));
    const inFlight = VISION_PATHS.map((path) => post(path, "a", { stream: true }));
    await chats.came(3);
    for (const held of chats.all) held.piece("A c");
    const streams = await Promise.all(inFlight);
    for (const path of VISION_PATHS) {
      const limit = { status: 429, code: "tenant_limit_exceeded", retryAfter: 2 };
      await expectVisionError(path, await post(path, "a"), limit);
    }
    const others = [post(NATIVE, "b"), gateway.post("/api/v1/chat", TEXT, asTenant("a"))];
    await chats.came(5);
    for (const held of chats.all) held.finish();
    for (const answer of await Promise.all(others)) expect(answer.status).toBe(200);
    await Promise.all(streams.map((answer) => answer.text()));
    // The places are free again with the streams' ends.
    const again = post(NATIVE, "a");
    await chats.came(6);
    chats.all[5]?.finish();
    expect((await again).status).toBe(200);
    await nothingIsHeld(service);
  });

  it("count drop-in requests with images, which wait for a place", async () => {
    const service = await startVision({ UPSTREAM_PARALLEL: "9" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const images = [(await photo()).toString("base64")];
    const messages = [{ role: "user", content: "?", images }];
    const body = { model: "eyes", messages, stream: false };
    const answers = [1, 2, 3, 4].map(() => gateway.post("/api/chat", body));
    await chats.came(3);
    await loadIs(service, { vision: 4, text: 0 }, "four requests with images are under way");
    expect(chats.all).toHaveLength(3);
    for (let i = 0; i < 4; i += 1) (await chats.next()).finish();
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
    await nothingIsHeld(service);
  });
});

describe("the hard stop of a request with images", () => {
  const env = { QUEUE_VLM_DEFAULT_TIMEOUT: "2" };
  const error = { status: 503, code: "request_timeout", retryAfter: [1, 2] };

  /** Its photo has been made smaller before: the time that is given is for the server alone. */
  async function startWarm() {
    const service = await startVision(env);
    const image = await photo();
    const made = async () => (await service.gateway.post(NATIVE, about(NATIVE, [image]))).ok;
    await until(made, "the photo is in the cache of images");
    return { service, image };
  }

  it("ends it while it waits or runs, and stops the server", async () => {
    const { service, image } = await startWarm();
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const all = [false, true].flatMap((stream) =>
      VISION_PATHS.map(async (path, i) => {
        const init = asTenant(`tenant-${i}`);
        const answer = await gateway.post(path, about(path, [image], { stream }), init);
        const { message } = await expectVisionError(path, answer, error);
        return message;
      }),
    );
    expect(await Promise.all(all)).toContain("The request took longer than 2 s and was stopped");
    // One ran, the others waited behind it.
    for (const held of chats.all) await held.sawCancel();
    await nothingIsHeld(service);
  });

  it("ends it while its images are compressed, and they are given up", async () => {
    const service = await startVision({
      QUEUE_VLM_DEFAULT_TIMEOUT: "2",
      WORKER_THREADS: "1",
      VLM_MAX_BODY_BYTES: "9000000",
    });
    const { gateway, ollama } = service;
    const images = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((seed) => slowPhoto(seed)));
    const all = VISION_PATHS.map(async (path) => {
      const answer = await gateway.post(path, about(path, images, SLOWLY));
      await expectVisionError(path, answer, error);
    });
    await Promise.all(all);
    await nothingIsHeld(service);
    expect(ollama.to("/api/chat")).toEqual([]);
    const image = await photo();
    const next = async () => (await gateway.post(NATIVE, about(NATIVE, [image]))).ok;
    await until(next, "the next is answered");
  });

  it("shows inside a stream that has begun", async () => {
    const { service, image } = await startWarm();
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answering = gateway.post(NATIVE, about(NATIVE, [image], { stream: true }));
    const held = await chats.next();
    held.piece("A c");
    const events = (await (await answering).text()).trim().split("\n\n");
    expect(JSON.parse(events.at(-1)?.slice("data: ".length) ?? "")).toMatchObject({
      chunk: "",
      done: true,
      code: "request_timeout",
      retry_after: 2,
    });
    await held.sawCancel();
    await nothingIsHeld(service);
  });
});

describe("the body limits", () => {
  const env = { MAX_BODY_BYTES: "20000", VLM_MAX_BODY_BYTES: "60000" };
  /** A client that says how long its body is, and one that does not. */
  const WAYS = ["content-length", "chunked"];

  function send(
    { gateway }: RunningService,
    path: string,
    body: object,
    way: string,
  ): Promise<Response> {
    const text = JSON.stringify(body);
    const stream = new Blob([text]).stream();
    const sent = way === "chunked" ? stream : text;
    const init = { method: "POST", body: sent, duplex: "half" as const };
    return fetch(gateway.url + path, init);
  }

  /** A request with an image, its body of so many bytes. */
  async function ofBytes(path: string, bytes: number): Promise<object> {
    const body = about(path, [await photo()], { user: "" });
    return { ...body, user: "x".repeat(bytes - JSON.stringify(body).length) };
  }

  it.each(WAYS)("let a body with images have VLM_MAX_BODY_BYTES and no more (%s)", async (way) => {
    const service = await startVision(env);
    for (const path of VISION_PATHS) {
      const fits = await send(service, path, await ofBytes(path, 60_000), way);
      expect(fits.status).toBe(200);
      const answer = await send(service, path, await ofBytes(path, 60_001), way);
      const error = { status: 413, code: "request_too_large" };
      const facts = await expectVisionError(path, answer, error);
      expect(facts).toMatchObject({
        message: expect.stringContaining("60000 bytes (VLM_MAX_BODY_BYTES)"),
        limit_bytes: 60_000,
        actual_bytes: expect.any(Number),
      });
    }
    await nothingIsHeld(service);
  });

  it.each(WAYS)(
    "let a text on chat/completions have MAX_BODY_BYTES and no more (%s)",
    async (way) => {
      const service = await startVision(env);
      const path = "/api/v1/chat/completions";
      const ofText = (bytes: number): object => {
        const body = { ...TEXT, user: "" };
        return { ...body, user: "x".repeat(bytes - JSON.stringify(body).length) };
      };
      expect((await send(service, path, ofText(20_000), way)).status).toBe(200);
      const error = { status: 413, code: "request_too_large" };
      for (const bytes of [20_001, 60_000]) {
        const facts = await expectVisionError(
          path,
          await send(service, path, ofText(bytes), way),
          error,
        );
        expect(facts).toMatchObject({
          message: expect.stringContaining("20000 bytes (MAX_BODY_BYTES)"),
          limit_bytes: 20_000,
          actual_bytes: bytes,
        });
      }
      await nothingIsHeld(service);
    },
  );

  it("let VLM_MAX_BODY_BYTES be the smaller one", async () => {
    const service = await startVision({ MAX_BODY_BYTES: "60000", VLM_MAX_BODY_BYTES: "20000" });
    const path = "/api/v1/chat/completions";
    const words = { ...TEXT, user: "x".repeat(30_000) };
    expect((await send(service, path, words, "content-length")).status).toBe(200);
    const answer = await send(service, path, await ofBytes(path, 30_000), "content-length");
    const { message } = await expectVisionError(path, answer, {
      status: 413,
      code: "request_too_large",
    });
    expect(message).toContain("20000 bytes (VLM_MAX_BODY_BYTES)");
  });

  it("let a body of several megabytes through where they are raised", async () => {
    const service = await startVision({ VLM_MAX_BODY_BYTES: "9000000" });
    const images = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => slowPhoto(seed)));
    for (const path of VISION_PATHS) {
      const body = about(path, images);
      expect(JSON.stringify(body).length).toBeGreaterThan(1_572_864);
      expect((await service.gateway.post(path, body)).status).toBe(200);
    }
  });
});

describe("the rate limit", () => {
  it("is 30 requests a minute on each of the vision routes", async () => {
    const service = await startVision();
    for (const path of VISION_PATHS.slice(0, 2)) {
      for (let i = 0; i < 30; i += 1) await service.gateway.post(path, {});
      const answer = await service.gateway.post(path, {});
      const error = { status: 429, code: "rate_limit_exceeded", retryAfter: 60 };
      await expectVisionError(path, answer, error);
    }
    await nothingIsHeld(service);
  });
});
