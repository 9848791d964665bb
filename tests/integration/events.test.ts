import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import type { Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { cancel, ELSEWHERE, type Facts } from "../support/requests-under-way.ts";
import { idOf, startService } from "../support/service.ts";
import { TextParts } from "../support/text-parts.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const messages = [{ role: "user", content: "hi" }];
const FREE = { RATE_LIMIT_ENABLED: "false" };

interface ServerEvent {
  id: string;
  name: string;
  data: Facts;
}

/** Follows the events, as a browser does. */
async function follow(gateway: Gateway, query = "", headers: Record<string, string> = {}) {
  const client = new AbortController();
  const { signal } = client;
  const answer = await gateway.get(`/api/v1/events${query}`, { headers, signal });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
  ]);
  const frames = new TextParts(answer, { what: "event", end: "\n\n" });
  expect(await frames.next()).toBe("retry: 2000");
  /** The next event, but for those of the test's own looking on. */
  const next = async (): Promise<ServerEvent | undefined> => {
    for (;;) {
      const frame = await within(frames.next(), "an event");
      if (frame === undefined) return undefined;
      const [, id = "", name = "", json = ""] =
        /^(?:id: (.+)\n)?event: (.+)\ndata: (.+)$/.exec(frame) ?? [];
      const data = JSON.parse(json) as Facts;
      const isOwn = /^(?:GET|DELETE) \/api\/v1\/(?:requests|events)/.test(String(data["route"]));
      if (!isOwn) return { id, name, data };
    }
  };
  /** Events up to one of this name. */
  const upTo = async (name: string): Promise<ServerEvent[]> => {
    const all: ServerEvent[] = [];
    for (let event = await next(); event; event = await next()) {
      all.push(event);
      if (event.name === name) return all;
    }
    throw new Error(`the events ended before ${name}`);
  };
  return { id: idOf(answer), leave: () => client.abort(), next, upTo };
}

describe("the stream of events", () => {
  it("tells of a request from its beginning to its end", async () => {
    const { gateway, ollama } = await startService({ ...FREE, UPSTREAM_PARALLEL: "1" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const { upTo, leave } = await follow(gateway, "?project=b");
    const ask = (project: string): Promise<Response> =>
      gateway.post(
        "/api/v1/chat",
        { model: "fake", messages, stream: true },
        { headers: { "content-type": "application/json", "x-project-name": project } },
      );
    const first = ask("a");
    const held = await chats.next();
    const second = ask("b");
    const waiting = await upTo("request_phase");
    held.finish();
    (await chats.next()).finish();
    const answers = [await first, await second];
    for (const answer of answers) await answer.text();
    const id = idOf(await second);
    const all = [...waiting, ...(await upTo("request_ended"))];
    expect(all.map(({ name, data }) => data["phase"] ?? name)).toEqual([
      "request_started",
      "waiting_for_place",
      "sent",
      "first_byte",
      "request_ended",
    ]);
    for (const { data } of all) {
      expect(data).toMatchObject({ request_id: id, project: "b", route: "POST /api/v1/chat" });
    }
    expect(all.at(-1)?.data).toMatchObject({ ended: "completed", status: 200, model: "fake" });
    const numbers = all.map((event) => Number(event.id.split("-")[1]));
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    leave();
    await nothingIsHeld({ gateway });
  });

  it("tells of models, and of requests that are cancelled or are items", async () => {
    const { gateway, ollama } = await startService(FREE);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const { upTo, leave } = await follow(gateway);
    await gateway.post("/api/v1/models/fake/unload", {});
    expect((await upTo("model_unloaded")).at(-1)?.data).toMatchObject({ model: "fake:latest" });
    await upTo("request_ended");
    const coming = gateway.post("/api/chat", { model: "fake", messages });
    await chats.next();
    const [started] = await upTo("request_started");
    await cancel(gateway, started?.data["request_id"]);
    expect((await coming).status).toBe(409);
    expect((await upTo("request_ended")).at(-1)?.data).toMatchObject({
      ended: "cancelled",
      error_code: "cancelled",
    });
    const batch = gateway.post("/api/v1/batch/chat", { requests: [{ model: "fake", messages }] });
    (await chats.next()).json({ message: { role: "assistant", content: "" }, done: true });
    await batch;
    const kinds = (await upTo("request_ended")).map(({ name, data }) => [name, data["kind"]]);
    expect(kinds).toContainEqual(["request_started", "item"]);
    expect(kinds.at(-1)).toEqual(["request_ended", "item"]);
    leave();
    await nothingIsHeld({ gateway });
  });

  it("shows a tenant its own requests alone", async () => {
    const { gateway } = await startService(FREE);
    const mine = { ...ELSEWHERE, "x-project-name": "mine" };
    const { upTo, leave } = await follow(gateway, "", mine);
    const ask = (project: string): Promise<Response> =>
      gateway.get("/api/tags", { headers: { ...ELSEWHERE, "x-project-name": project } });
    await (await ask("theirs")).text();
    await (await ask("mine")).text();
    const seen = await upTo("request_ended");
    expect(seen.map(({ data }) => data["tenant"])).not.toContain("theirs");
    leave();
    await nothingIsHeld({ gateway });
  });

  it("goes on after the last event that somebody has seen", async () => {
    const { gateway } = await startService(FREE);
    const first = await follow(gateway, "?project=a");
    const ask = async (): Promise<string> => {
      const answer = await gateway.get("/api/tags", { headers: { "x-project-name": "a" } });
      await answer.text();
      return idOf(answer);
    };
    await ask();
    const [last] = (await first.upTo("request_ended")).slice(-1);
    first.leave();
    const missed = await ask();
    await nothingIsHeld({ gateway });
    const again = await follow(gateway, "?project=a", { "last-event-id": last?.id ?? "" });
    const seen = await again.upTo("request_ended");
    expect(seen.map(({ data }) => data["request_id"])).toEqual(seen.map(() => missed));
    again.leave();
    await nothingIsHeld({ gateway });
  });

  it("drops a client that does not read", async () => {
    const { gateway } = await startService({ ...FREE, DOWNLOAD_STALL_TIMEOUT: "1" });
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).pause();
    socket.on("error", () => {});
    socket.write("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const followers = (): number => gateway.service.load().followers;
    await until(() => followers() === 1, "somebody follows the events");
    // As many bytes an event as can be.
    const body = { model: "模".repeat(512), messages };
    await until(
      async () => {
        await Promise.all(
          Array.from({ length: 50 }, async () => (await gateway.post("/api/chat", body)).text()),
        );
        return followers() === 0;
      },
      "the client that does not read is dropped",
      60_000,
    );
    socket.destroy();
    await nothingIsHeld({ gateway });
  });

  it("is cancelled like any request, and ends when the service stops", async () => {
    const { gateway } = await startService(FREE);
    const one = await follow(gateway, "?project=none");
    await cancel(gateway, one.id);
    expect(await one.next()).toMatchObject({ name: "dropped", data: { reason: "cancelled" } });
    expect(await one.next()).toBeUndefined();
    const two = await follow(gateway, "?project=none");
    const stopping = gateway.service.lifecycle.stop();
    expect(await two.next()).toMatchObject({ name: "dropped", data: { reason: "stopping" } });
    expect(await two.next()).toBeUndefined();
    await within(stopping, "the stop");
  });

  it("refuses more than so many, and what it does not know", async () => {
    const { gateway } = await startService(FREE);
    const open = await Promise.all(
      Array.from({ length: 8 }, () => follow(gateway, "?project=none")),
    );
    const refused = await gateway.get("/api/v1/events");
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { code: "tenant_limit_exceeded" },
    ]);
    const unknown = await gateway.get("/api/v1/events?proyect=a");
    expect([unknown.status, await unknown.json()]).toMatchObject([
      422,
      { code: "validation_error" },
    ]);
    for (const { leave } of open) leave();
    await nothingIsHeld({ gateway });
    (await follow(gateway)).leave();
    await nothingIsHeld({ gateway });
    const head = await within(gateway.get("/api/v1/events", { method: "HEAD" }), "the head");
    expect(head.status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});
