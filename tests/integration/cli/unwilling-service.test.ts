import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { cli, cliInTerminal } from "../../support/cli.ts";
import { until } from "../../support/deadline.ts";

/** Stands in for a service. It ends with the test. */
async function standIn(listener: RequestListener): Promise<Record<string, string>> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { SHARED_OLLAMA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it("embed waits as long as a service says that takes no more for now, and goes on", async () => {
  const asked: number[] = [];
  const env = await standIn((request, response) => {
    request.resume();
    asked.push(performance.now());
    const isFirst = asked.length === 1;
    const body = isFirst
      ? { error: "Too many requests", code: "rate_limit_exceeded", retry_after: 1 }
      : { model: "m", embeddings: [[0.6, 0.8]] };
    response.writeHead(isFirst ? 429 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  });
  const end = await cli(["embed", "light"], { env });
  expect(end.stderr).toBe("Too many requests for now: waiting\n");
  expect(end).toMatchObject({ code: 0, stdout: "2 numbers   0.600  0.800 …  light\n" });
  const [first = 0, second = 0] = asked;
  // Timers are early by less than that.
  expect(second - first).toBeGreaterThan(990);
});

it("queue ends at Ctrl-C while the service does not answer, and leaves its screen", async () => {
  const queue = {
    ...{ running: 0, waiting: 0, tenants: [], requests: [], other_requests: 0 },
    other_tenants: { tenants: 0, running: 0, waiting: 0 },
  };
  let looks = 0;
  const env = await standIn((_request, response) => {
    looks += 1;
    if (looks > 1) return;
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(queue));
  });
  const terminal = cliInTerminal(["queue", "--every", "1"], { env });
  await terminal.shows("Every 1 s, until Ctrl-C");
  await until(() => looks > 1, "the second look");
  terminal.interrupt();
  await terminal.endsWith(130);
  expect(terminal.raw()).toContain("\u001B[?1049l");
});
