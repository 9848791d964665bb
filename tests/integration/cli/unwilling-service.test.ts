import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { cli, cliInTerminal, expectOneLine } from "../../support/cli.ts";
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

/** A service that answers all with this. */
function answering(status: number, body: unknown): Promise<Record<string, string>> {
  return standIn((_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  });
}

it.each([null, [], "text", {}, { models: null }])(
  "an answer of %j ends in one line that says where to look",
  async (body) => {
    const end = await cli(["models", "list"], { env: await answering(200, body) });
    expectOneLine(end);
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/is --url right\?|See: shared-ollama version/);
  },
);

it("what a service says reaches a terminal without its control characters", async () => {
  const hostile = "a\u001B[2J\u001B]0;x\u0007\u009B8m";
  const refusing = await answering(500, { error: hostile, code: "internal_error" });
  const { stderr } = await cli(["models", "list"], { env: refusing });
  expect(stderr).toBe("a [2J ]0;x 8m\n");
  const shown = await answering(200, { modelfile: `FROM ${hostile}` });
  const terminal = cliInTerminal(["models", "show", "m", "--modelfile"], { env: shown });
  await terminal.endsWith(0);
  expect(terminal.raw()).toContain("FROM a[2J]0;x8m");
  const { stdout } = await cli(["models", "show", "m", "--json"], { env: shown });
  expect(stdout).toContain(String.raw`a\u001b[2J\u001b]0;x\u0007\u009b8m`);
});

it("a name that no project may have is refused before anything is asked", async () => {
  const end = await cli(["models", "list", "--project", "sn☃w"]);
  expectOneLine(end);
  expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining("--project sn☃w") });
});
