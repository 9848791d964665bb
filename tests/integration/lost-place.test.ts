import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Place } from "../../src/scheduling/place.ts";
import { loggedEvents } from "../support/logged-events.ts";
import type { Header } from "../support/http-wire.ts";
import { connectRaw, jsonRequest } from "../support/raw-client.ts";
import { nothingIsHeld, ollamaHeaders, openLine, type Line } from "../support/through-gateway.ts";

const NDJSON: Header[] = [
  ...ollamaHeaders("application/x-ndjson"),
  ["Transfer-Encoding", "chunked"],
];
const CHUNK = '{"message":{"content":"a"}}\n';
const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: true };

/** A service whose places the test can take back, as PlaceWatch does where one has no owner. */
async function setUp(): Promise<Line & { revoke: () => void }> {
  const owned = vi.spyOn(Place.prototype, "ownedBy");
  onTestFinished(() => owned.mockRestore());
  const line = await openLine();
  return {
    ...line,
    revoke: () => {
      const place = owned.mock.contexts.at(-1) as Place | undefined;
      expect(place?.isOwned, "it is taken though somebody is at it").toBe(true);
      place?.revoke();
    },
  };
}

/** Places are free, nothing waits for anything, and the next request is served. */
async function nextIsServed(line: Line): Promise<void> {
  await nothingIsHeld(line);
  const client = await connectRaw(line.gateway.url);
  const answer = client.ask(jsonRequest("/api/chat", BODY));
  (await line.upstream.next()).answer("200 OK", ollamaHeaders("application/json"), "{}");
  expect(await answer.ended()).toBe("complete");
  expect(answer.status).toBe(200);
  await nothingIsHeld(line);
}

describe("a place that is taken from a forwarded call", () => {
  it.each(["/api/chat", "/v1/chat/completions"])(
    "before its answer begins ends it with an error: %s",
    async (path) => {
      const line = await setUp();
      const answer = line.client.ask(jsonRequest(path, BODY));
      const received = await line.upstream.next();
      await received.whole();
      line.revoke();
      expect(await answer.ended()).toBe("complete");
      expect(answer.status).toBe(500);
      await received.sawClose();
      await nextIsServed(line);
    },
  );

  it.each(["/api/chat", "/v1/chat/completions"])(
    "in the middle of its answer breaks the client's connection: %s",
    async (path) => {
      const line = await setUp();
      const answer = line.client.ask(jsonRequest(path, BODY));
      const received = await line.upstream.next();
      received.sendHead("200 OK", NDJSON);
      received.sendChunk(CHUNK);
      await answer.has(CHUNK);
      line.revoke();
      expect(await answer.ended()).not.toBe("complete");
      await received.sawClose();
      await nextIsServed(line);
      const [event] = await loggedEvents(line.gateway, "http_request", 1);
      expect(event).toMatchObject({ path, status_code: 200, client_left: true });
    },
  );

  it("in the middle of a whole answer breaks it, too", async () => {
    const line = await setUp();
    const answer = line.client.ask(jsonRequest("/api/chat", BODY));
    const received = await line.upstream.next();
    const head: Header[] = [...ollamaHeaders("application/json"), ["Content-Length", "100000"]];
    received.sendHead("200 OK", head);
    received.send("abc");
    await answer.has("abc");
    line.revoke();
    expect(await answer.ended()).not.toBe("complete");
    await received.sawClose();
    await nextIsServed(line);
  });

  it("of a client that reads nothing leaves nothing behind", async () => {
    const line = await setUp();
    const answer = line.client.ask(jsonRequest("/api/chat", BODY));
    const received = await line.upstream.next();
    received.sendHead("200 OK", NDJSON);
    received.sendChunk(CHUNK);
    await answer.has(CHUNK);
    line.client.pause();
    // More than any buffer on the way takes.
    const block = "x".repeat(1_000_000);
    for (let blocks = 0; received.backlog < 4_000_000 && blocks < 200; blocks += 1) {
      received.sendChunk(block);
      await new Promise((resolve) => setImmediate(resolve));
    }
    line.revoke();
    await received.sawClose();
    await nothingIsHeld(line);
    line.client.resume();
    expect(await answer.ended()).not.toBe("complete");
  });
});
