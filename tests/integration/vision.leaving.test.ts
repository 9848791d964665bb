import { describe, expect, it } from "vitest";
import { HeldAnswers } from "../support/held-answers.ts";
import { photo, SLOWLY, slowPhoto } from "../support/image-files.ts";
import { jsonOf, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import {
  about,
  expectNoFaults,
  loadIs,
  requestEvents,
  seenIn,
  startVision,
  VISION_PATHS,
} from "../support/vision-service.ts";

const [NATIVE = "", , CHAT = ""] = VISION_PATHS;
const ONE_THREAD = { WORKER_THREADS: "1", VLM_MAX_BODY_BYTES: "9000000" };

/** A request whose client leaves before it is answered. */
function leavable({ gateway }: RunningService, path: string, body: object) {
  const client = new AbortController();
  const answered = gateway.post(path, body, { signal: client.signal }).then(
    () => true,
    () => false,
  );
  return {
    leave: async (): Promise<void> => {
      client.abort();
      expect(await answered).toBe(false);
    },
  };
}

// The third path goes the second one's way.
describe.each([NATIVE, CHAT])("a client that leaves %s", (path) => {
  it("while its image is compressed gives everything back, and the thread works on", async () => {
    const service = await startVision(ONE_THREAD);
    const image = await slowPhoto(1);
    const { leave } = leavable(service, path, about(path, [image], SLOWLY));
    // Its hard stop runs, and it has no place in the queue yet.
    const compressing = { tasks: 1, deadlines: 1, vision: 0, tenants: 1 };
    await loadIs(service, compressing, "the image is being compressed");
    await leave();
    await nothingIsHeld(service);
    expect(service.ollama.to("/api/chat")).toEqual([]);
    const next = await service.gateway.post(path, about(path, [await photo()]));
    expect((await seenIn(next)).images).toHaveLength(1);
  });

  it("while its image waits to be compressed leaves the others alone", async () => {
    const service = await startVision(ONE_THREAD);
    const [first, second] = [await slowPhoto(1), await photo({ seed: 2 })];
    const staying = service.gateway.post(path, about(path, [first], SLOWLY));
    await loadIs(service, { tasks: 1, deadlines: 1 }, "the first image is being compressed");
    const { leave } = leavable(service, path, about(path, [second]));
    await loadIs(service, { tasks: 2, deadlines: 2 }, "the second image waits");
    await leave();
    await loadIs(
      service,
      { active: 1, tasks: 1, deadlines: 1, tenants: 1 },
      "only the first is there",
    );
    expect((await seenIn(await staying)).images).toMatchObject([{ format: "webp" }]);
    await nothingIsHeld(service);
    expect(service.ollama.to("/api/chat")).toHaveLength(1);
  });

  it("while its body waits for the thread has nothing compressed", async () => {
    const service = await startVision(ONE_THREAD);
    const [first, second] = [await slowPhoto(1), await slowPhoto(2)];
    const staying = service.gateway.post(path, about(path, [first], SLOWLY));
    await loadIs(service, { tasks: 1, deadlines: 1 }, "the first image is being compressed");
    const { leave } = leavable(service, path, about(path, [second]));
    await loadIs(service, { tasks: 2, deadlines: 1 }, "the second body waits to be read");
    await leave();
    expect((await staying).status).toBe(200);
    await nothingIsHeld(service);
    const events = await requestEvents(service.gateway, 2);
    const counts = new Map(events.map((event) => [event["client_left"], event["images_count"]]));
    expect(counts.get(false)).toBe(1);
    expect(counts.get(true)).toBeUndefined();
  });

  it("while another waits for the same image leaves it to the other", async () => {
    const service = await startVision({ WORKER_THREADS: "2" });
    const image = await slowPhoto(1, 2);
    const { leave } = leavable(service, path, about(path, [image], SLOWLY));
    await loadIs(service, { tasks: 1, deadlines: 1 }, "the image is being compressed");
    const staying = service.gateway.post(path, about(path, [image], SLOWLY));
    await loadIs(service, { tasks: 1, deadlines: 2 }, "another waits for the same image");
    await leave();
    const body = await jsonOf(await staying);
    // The other has made nothing itself.
    expect(body).toMatchObject({ images_processed: 1, compression_savings_bytes: null });
    await nothingIsHeld(service);
  });

  it("while it waits for a place is forgotten", async () => {
    const service = await startVision();
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const running = service.gateway.post(path, about(path, [await photo()]));
    await chats.came(1);
    const { leave } = leavable(service, path, about(path, [await photo({ seed: 2 })]));
    await loadIs(service, { vision: 2, tasks: 0 }, "a second request waits");
    await leave();
    await loadIs(service, { vision: 1, active: 1, tenants: 1, deadlines: 1 }, "it is forgotten");
    (await chats.next()).finish();
    expect((await running).status).toBe(200);
    await nothingIsHeld(service);
    expect(chats.all).toHaveLength(1);
  });

  it.each([false, true])("while it is answered stops the server (stream: %s)", async (stream) => {
    const service = await startVision();
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const { leave } = leavable(service, path, about(path, [await photo()], { stream }));
    const held = await chats.next();
    await leave();
    await held.sawCancel();
    await nothingIsHeld(service);
  });

  it("in the middle of its stream stops the server", async () => {
    const service = await startVision();
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const answering = service.gateway.post(path, about(path, [await photo()], { stream: true }));
    const held = await chats.next();
    held.piece("A c");
    const reader = (await answering).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await held.sawCancel();
    await nothingIsHeld(service);
  });
});

describe("clients that leave by the dozen", () => {
  it("leave nothing behind", async () => {
    const env = { ...ONE_THREAD, RATE_LIMIT_ENABLED: "false", TENANT_MAX_VLM: "99" };
    const service = await startVision(env);
    const images = await Promise.all([1, 2, 3].map((seed) => slowPhoto(seed)));
    const all = Array.from({ length: 12 }, (_, i) => {
      const path = VISION_PATHS[i % VISION_PATHS.length] ?? "";
      return leavable(service, path, about(path, [images[i % images.length] ?? ""], SLOWLY));
    });
    await loadIs(service, { active: 12 }, "all have come");
    for (const { leave } of all) await leave();
    await nothingIsHeld(service);
    await expectNoFaults(service.gateway);
    const next = await service.gateway.post(NATIVE, about(NATIVE, [await photo()]));
    expect(next.status).toBe(200);
  });
});
