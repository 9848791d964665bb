import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isAllowed } from "../support/allowed-differences.ts";
import { until } from "../support/deadline.ts";
import type { Gateway } from "../support/gateway.ts";
import type { Header } from "../support/http-wire.ts";
import { connectRaw, jsonRequest } from "../support/raw-client.ts";
import { nothingIsHeld, ollamaHeaders, openLine } from "../support/through-gateway.ts";

const NDJSON: Header[] = [
  ...ollamaHeaders("application/x-ndjson"),
  ["Transfer-Encoding", "chunked"],
];

describe("a server that breaks off", () => {
  it.each(["reset", "close"] as const)("breaks the client's connection: %s", async (how) => {
    const line = await openLine();
    const answer = line.client.ask(jsonRequest("/api/chat", { model: "fake" }));
    const received = await line.upstream.next();
    received.sendHead("200 OK", NDJSON);
    received.sendChunk('{"message":{"content":"a"}}\n');
    await answer.has('{"message":{"content":"a"}}\n');
    received[how]();
    expect(await answer.ended()).not.toBe("complete");
    await nothingIsHeld(line);
  });

  it("before a long answer with a length is whole breaks the client's connection", async () => {
    const line = await openLine();
    const answer = line.client.ask({ method: "GET", target: "/api/tags" });
    const received = await line.upstream.next();
    received.sendHead("200 OK", [...ollamaHeaders("text/plain"), ["Content-Length", "100000"]]);
    received.send("abc");
    await answer.has("abc");
    received.close();
    expect(await answer.ended()).not.toBe("complete");
    await nothingIsHeld(line);
  });

  it.each([
    ["/api/chat", { error: expect.any(String), code: "upstream_unavailable", retry_after: 2 }],
    ["/api/delete", { error: expect.any(String), code: "upstream_unavailable" }],
    ["/api/blobs/sha256:00", { error: expect.any(String), code: "upstream_unavailable" }],
    ["/v1/chat/completions", { error: { code: "upstream_unavailable", param: null } }],
    ["/v1/messages", { type: "error", error: { type: "overloaded_error" } }],
  ])("before it answers gives 503 in the path's dialect: %s", async (target, body) => {
    for (const how of ["reset", "close"] as const) {
      const line = await openLine();
      const answer = line.client.ask(jsonRequest(target, { model: "fake" }));
      const received = await line.upstream.next();
      await received.whole();
      received[how]();
      expect(await answer.ended()).toBe("complete");
      expect(answer.status).toBe(503);
      expect(answer.header("retry-after")).toBe("2");
      expect(JSON.parse(answer.text)).toMatchObject(body);
      expect(line.upstream.requests).toHaveLength(1);
      await nothingIsHeld(line);
    }
  });

  it("or talks no HTTP is told apart before its answer and after", async () => {
    const line = await openLine();
    const first = line.client.ask(jsonRequest("/api/chat", { model: "fake" }));
    (await line.upstream.next()).send("220 mail.example ESMTP\r\n\r\n");
    expect(await first.ended()).toBe("complete");
    expect(first.status).toBe(503);
    const second = line.client.ask(jsonRequest("/api/chat", { model: "fake" }));
    const received = await line.upstream.next();
    received.sendHead("200 OK", NDJSON);
    received.sendChunk("{}\n");
    await second.has("{}\n");
    received.send("no chunk\r\n");
    expect(await second.ended()).not.toBe("complete");
    await nothingIsHeld(line);
  });

  it("on a kept connection is not asked a second time", async () => {
    const line = await openLine();
    const first = line.client.ask(jsonRequest("/api/chat", { model: "fake" }));
    (await line.upstream.next()).answer("200 OK", ollamaHeaders("application/json"), "{}");
    expect(await first.ended()).toBe("complete");
    const second = line.client.ask(jsonRequest("/api/chat", { model: "fake" }));
    const received = await line.upstream.next();
    await received.whole();
    received.close();
    expect(await second.ended()).toBe("complete");
    expect(second.status).toBe(503);
    expect(line.upstream.requests).toHaveLength(2);
  });
});

describe("a client that leaves", () => {
  const body = { model: "fake", messages: [] };

  it("while it waits in the queue is never heard of upstream", async () => {
    const line = await openLine({ UPSTREAM_PARALLEL: "1" });
    const running = line.client.ask(jsonRequest("/api/chat", body));
    const received = await line.upstream.next();
    const waiter = await connectRaw(line.gateway.url);
    waiter.ask(jsonRequest("/api/chat", body));
    await queued(line.gateway, 2);
    waiter.leave();
    await queued(line.gateway, 1);
    received.answer("200 OK", ollamaHeaders("application/json"), "{}");
    expect(await running.ended()).toBe("complete");
    await nothingIsHeld(line);
    expect(line.upstream.requests).toHaveLength(1);
  });

  it.each([
    ["before the head", "/api/chat"],
    ["before the head", "/api/pull"],
    ["after the head", "/api/chat"],
    ["after the head", "/api/pull"],
    ["in the middle of the answer", "/v1/chat/completions"],
    ["in the middle of the answer", "/api/pull"],
  ])("%s frees the upstream: %s", async (when, target) => {
    const line = await openLine();
    const answer = line.client.ask(jsonRequest(target, body));
    const received = await line.upstream.next();
    await received.whole();
    if (when !== "before the head") received.sendHead("200 OK", NDJSON);
    if (when === "after the head" && !isAllowed("head with the first chunk")) await answer.begun();
    if (when === "in the middle of the answer") {
      received.sendChunk("{}\n");
      await answer.has("{}\n");
    }
    line.client.leave();
    await received.sawClose();
    await nothingIsHeld(line);
  });

  it("in the middle of its upload frees the upstream", async () => {
    const line = await openLine();
    const headers: Header[] = [["Content-Length", "3000000"]];
    line.client.ask({ method: "POST", target: "/api/blobs/x", headers });
    line.client.send(randomBytes(100_000));
    const received = await line.upstream.next();
    await received.has(100_000);
    line.client.leave();
    await received.sawClose();
    expect(received.complete).toBe(false);
    await nothingIsHeld(line);
  });

  it("in the middle of an inference body is never heard of upstream", async () => {
    const line = await openLine();
    const headers: Header[] = [["Content-Length", "3000000"]];
    line.client.ask({ method: "POST", target: "/api/chat", headers, body: '{"model":' });
    await active(line.gateway, 1);
    line.client.leave();
    await nothingIsHeld(line);
    expect(line.upstream.requests).toHaveLength(0);
  });

  it("and does not read holds the upstream back, then frees it", async () => {
    const line = await openLine();
    const answer = line.client.ask(jsonRequest("/api/chat", body));
    const received = await line.upstream.next();
    received.sendHead("200 OK", NDJSON);
    received.sendChunk("{}\n");
    await answer.has("{}\n");
    line.client.pause();
    const block = randomBytes(1_000_000);
    let blocks = 0;
    while (received.backlog < 4_000_000 && blocks < 200) {
      received.sendChunk(block);
      blocks += 1;
      await new Promise(setImmediate);
    }
    expect(blocks).toBeLessThan(200);
    line.client.leave();
    await received.sawClose();
    await nothingIsHeld(line);
  });
});

function queued(gateway: Gateway, count: number): Promise<void> {
  return until(() => gateway.service.load().text === count, `${count} in the text queue`);
}

function active(gateway: Gateway, count: number): Promise<void> {
  return until(() => gateway.service.load().active === count, `${count} requests under way`);
}
