import { connect } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { within } from "../../../../tests/support/deadline.ts";
import type { Exchange } from "../../../http/exchange.ts";
import { Router } from "../../../http/router.ts";
import { HttpServer } from "../../../http/server.ts";

const STALL_MS = 400;

it("drops a client that stalls, but not for the time that the machine has slept", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const now = performance.now.bind(performance);
  let sleptMs = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + sleptMs);
  onTestFinished(() => {
    clock.mockRestore();
    vi.useRealTimers();
  });
  const router = new Router([]);
  const reading = new Promise<Exchange>((resolve) => {
    vi.spyOn(router, "handle").mockImplementation((exchange) => {
      const body = exchange.body();
      resolve(exchange);
      return body.then(() => {});
    });
  });
  const server = new HttpServer({ clientStallMs: STALL_MS, router, onError: () => {} });
  const url = new URL(await server.listen("127.0.0.1", 0));
  const client = connect(Number(url.port), "127.0.0.1");
  client.on("error", () => {});
  onTestFinished(() => {
    client.destroy();
    server.stop();
  });
  client.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345");
  const exchange = await within(reading, "the request is at the engine");

  vi.advanceTimersByTime(0.75 * STALL_MS);
  sleptMs = 3 * 3_600_000;
  vi.advanceTimersByTime(STALL_MS);
  expect(exchange.signal.aborted).toBe(false);
  const dropped = new Promise((resolve) => client.once("close", resolve));
  vi.advanceTimersByTime(0.75 * STALL_MS);
  await within(dropped, "the client is dropped");
  expect(exchange.signal.aborted).toBe(true);
});
