import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { watchByConnection } from "../../../src/hosts/idle-connection.ts";
import { until } from "../../support/deadline.ts";

const PATIENCE_MS = 30_000;

/** A server that does what is wanted with each connection, and one that is watched. */
async function setUp(onConnection: (socket: Socket) => void, more: { everyMs?: number } = {}) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const seen = { doubts: 0, sockets, server };
  const stop = watchByConnection({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onDoubt: () => void (seen.doubts += 1),
    firstPauseMs: 100,
    ...more,
  });
  onTestFinished(() => {
    stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { seen, stop };
}

describe("watchByConnection", () => {
  it("has no doubt while its connection is open, and one at once when it ends", async () => {
    const { seen } = await setUp(() => {});
    await until(() => seen.sockets.length === 1, "the connection", PATIENCE_MS);
    expect(seen.doubts).toBe(0);
    seen.sockets[0]?.destroy();
    await until(() => seen.doubts === 1, "the doubt", PATIENCE_MS);
    await until(() => seen.sockets.length === 2, "another connection", PATIENCE_MS);
    expect(seen.doubts).toBe(1);
  });

  it("opens another after growing pauses where none is welcome", async () => {
    const startedAt = performance.now();
    const { seen } = await setUp((socket) => void socket.end("HTTP/1.1 408 \r\n\r\n"));
    await until(() => seen.sockets.length === 4, "four connections", PATIENCE_MS);
    // 100, 200 and 400 ms; timers may be a little early.
    expect(performance.now() - startedAt).toBeGreaterThan(650);
    expect(seen.doubts).toBeLessThanOrEqual(4);
  });

  it("has doubts about a server that nobody can reach", async () => {
    const { seen } = await setUp(() => {});
    await until(() => seen.sockets.length === 1, "the connection", PATIENCE_MS);
    seen.server.close();
    seen.sockets[0]?.resetAndDestroy();
    await until(() => seen.doubts >= 3, "a doubt for each attempt", PATIENCE_MS);
  });

  it("doubts now and then without a reason", async () => {
    const { seen } = await setUp(() => {}, { everyMs: 20 });
    await until(() => seen.doubts >= 3, "three doubts", PATIENCE_MS);
    expect(seen.sockets.length).toBeLessThanOrEqual(1);
  });

  it("holds nothing open and doubts nothing when it has been ended", async () => {
    const { seen, stop } = await setUp(() => {});
    await until(() => seen.sockets.length === 1, "the connection", PATIENCE_MS);
    const closed = once(seen.sockets[0] ?? seen.server, "close");
    seen.sockets[0]?.resume();
    stop();
    await closed;
    expect(seen).toMatchObject({ doubts: 0 });
    expect(seen.sockets).toHaveLength(1);
  });
});
