import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { HeaderFilter } from "../../src/http/hop-headers.ts";
import { createTransport } from "../../src/http/http.ts";
import { onBun } from "../../src/runtime/on-bun.ts";
import { LAST_CHUNK } from "../support/http-wire.ts";
import { MARKED_QUERY, startRecordingUpstream } from "../support/recording-upstream.ts";
import { openLine } from "../support/through-gateway.ts";

const HOUR_MS = 3_600_000;

const onNodeOnly = onBun ? () => {} : describe;
const onBunOnly = onBun ? describe : () => {};

onNodeOnly("on Node", () => {
  // Goes first: undici keeps the one timer that it starts with its first request.
  it("an upstream that thinks for an hour, twice, still gets to answer", async () => {
    const upstream = await startRecordingUpstream();
    const transport = createTransport(new HeaderFilter());
    onTestFinished(() => transport.close());
    // undici's timers are ordinary ones; sockets go on in real time.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const answering = transport.call({
      origin: upstream.url,
      method: "POST",
      path: `/api/chat${MARKED_QUERY}`,
      signal: new AbortController().signal,
    });
    const received = await upstream.next();
    vi.advanceTimersByTime(HOUR_MS);
    received.sendHead("200 OK", [["Transfer-Encoding", "chunked"]]);
    const { status, body } = await answering;
    expect(status).toBe(200);
    vi.advanceTimersByTime(HOUR_MS);
    received.sendChunk("done");
    received.send(LAST_CHUNK);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("done");
  });

  it("the port gives a slow upload and a quiet answer all the time they take", async () => {
    const servers = new Set<Server>();
    const seen = (message: unknown): void => void servers.add((message as OfServer).server);
    subscribe("http.server.request.start", seen);
    onTestFinished(() => void unsubscribe("http.server.request.start", seen));
    const { client, upstream } = await openLine();
    const answer = client.ask({ method: "GET", target: "/api/tags" });
    (await upstream.next()).answer("200 OK", [], "{}");
    expect(await answer.ended()).toBe("complete");
    const [server, ...others] = servers;
    expect(others).toEqual([]);
    // The head and what is between two requests have theirs: tests/hostile/slow-clients.test.ts.
    expect(server).toMatchObject({
      requestTimeout: 0,
      timeout: 0,
      headersTimeout: 60_000,
      keepAliveTimeout: 65_000,
    });
  });
});

onBunOnly("on Bun", () => {
  it("neither the port nor the way to the upstream ends what is quiet", async () => {
    const { Bun } = globalThis as unknown as { Bun: { serve: (options: object) => unknown } };
    const serve = vi.spyOn(Bun, "serve");
    const lifted: number[] = [];
    const fetched = vi.spyOn(globalThis, "fetch");
    onTestFinished(() => void vi.restoreAllMocks());
    const { client, upstream } = await openLine();
    fetched.mockClear();
    const server = serve.mock.results[0]?.value as { timeout: (r: Request, s: number) => void };
    vi.spyOn(server, "timeout").mockImplementation((_request, sec) => void lifted.push(sec));
    const answer = client.ask({ method: "GET", target: "/api/tags" });
    (await upstream.next()).answer("200 OK", [], "{}");
    expect(await answer.ended()).toBe("complete");
    // It holds between two requests; a request lifts it while it lasts.
    const limits = { idleTimeout: 65, maxRequestBodySize: Number.MAX_SAFE_INTEGER };
    expect(serve).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(limits));
    expect(lifted).toEqual([0, 65]);
    const [, init] = fetched.mock.calls.at(-1) ?? [];
    expect(init).toMatchObject({ timeout: false });
  });
});

interface OfServer {
  server: Server;
}
