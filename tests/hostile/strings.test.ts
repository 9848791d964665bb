import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostAndOrigin } from "../../middleware/host-and-origin.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { canonicalModel } from "../../src/models/model-name.ts";
import { cut, flat, LOG_LINE_BYTES } from "../../src/runtime/text-limits.ts";
import { until } from "../support/deadline.ts";
import { liveHeapBytes } from "../support/heap.ts";
import { connectRaw, jsonRequest } from "../support/raw-client.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MIB = 1_048_576;

describe("long texts", () => {
  it("are not kept alive by what is cut from them", async () => {
    await expectLittleKept((i) => cut(`${i} `.padEnd(MIB, "x"), 100));
    await expectLittleKept((i) => flat(`${i} `.padEnd(MIB, "x").slice(0, 100)));
  });

  it("are not kept as names of models", async () => {
    await expectLittleKept((i) => canonicalModel(`${i}`.padEnd(MIB, "x")));
  });

  it("are not kept in errors", async () => {
    await expectLittleKept((i) => {
      const text = `${i} `.padEnd(MIB, "x");
      const err = new ServiceError("invalid_request", text, { param: text });
      return [err.message, err.param];
    });
  });

  it("are not kept as hosts, nor told back whole", async () => {
    const guard = hostAndOrigin({ origins: [], hosts: ["*.example"], checkHost: true });
    const kept: unknown[] = [];
    const before = await liveHeapBytes();
    for (let i = 0; i < 60; i += 1) {
      const host = `${i}.`.padEnd(MIB, "x");
      const exchange = {
        method: "GET",
        header: (name: string) => (name === "host" ? host : undefined),
      };
      const asking = guard({ get: () => exchange } as never, () => Promise.resolve());
      const refusal = await asking.then(
        () => undefined,
        (err: unknown) => err,
      );
      expect(refusal).toMatchObject({ code: "host_not_allowed" });
      kept.push((refusal as Error).message);
    }
    expect((await liveHeapBytes()) - before).toBeLessThan(10 * MIB);
    expect(Math.max(...kept.map((message) => String(message).length))).toBeLessThan(500);
  });
});

/** Makes 60 results from texts of 1 MiB and keeps them: the texts must be gone. */
async function expectLittleKept(make: (index: number) => unknown): Promise<void> {
  const before = await liveHeapBytes();
  const kept = Array.from({ length: 60 }, (_none, i) => make(i));
  expect((await liveHeapBytes()) - before).toBeLessThan(10 * MIB);
  expect(kept).toHaveLength(60);
}

describe("a request with long texts everywhere", () => {
  it("leaves lines of at most 8 KiB, each of them whole", async () => {
    const service = await startService();
    const { gateway } = service;
    const long = "\u00e9".repeat(100_000);
    const quotes = '"'.repeat(100_000);
    const requests = [
      { target: `/api/tags?${"q".repeat(100_000)}`, header: long },
      { target: `/api/${"p".repeat(100_000)}`, header: quotes },
      { target: `/api/v1/${"p".repeat(100_000)}`, header: "x" },
      { target: `/api/${"%22".repeat(30_000)}`, header: quotes },
      { target: `/api%2F${"p".repeat(100_000)}`, header: "x" },
    ];
    for (const { target, header } of requests) {
      const client = await connectRaw(gateway.url);
      const headers: [string, string][] = [
        ["User-Agent", header],
        ["Referer", header],
      ];
      const { body } = jsonRequest(target, { model: `fake${"\u0001".repeat(600)}` });
      const length: [string, string] = ["Content-Length", String(body?.length ?? 0)];
      const answer = client.ask({
        method: "POST",
        target,
        headers: [...headers, length],
        ...(body === undefined ? {} : { body }),
      });
      await answer.ended();
      client.leave();
    }
    await gateway.post("/api/chat", { model: "\u0001".repeat(512), messages: [] });
    await nothingIsHeld(service);
    const read = async (name: string): Promise<string[]> => {
      const text = await readFile(join(gateway.home, "logs", name), "utf8").catch(() => "");
      return text.split("\n").slice(0, -1);
    };
    const count = requests.length + 1;
    for (const name of ["api.log", "requests.jsonl"]) {
      await until(async () => (await read(name)).length >= count, `${count} lines in ${name}`);
      const lines = await read(name);
      expect(lines).toHaveLength(count);
      for (const line of lines)
        expect(Buffer.byteLength(line) + 1).toBeLessThanOrEqual(LOG_LINE_BYTES);
    }
    const events = (await read("requests.jsonl")).map((line) => JSON.parse(line) as object);
    for (const event of events) expect(event).toMatchObject({ event: "http_request" });
    for (const line of await read("api.log")) expect(line).toMatch(/ \d+\.\d+ms [0-9a-f-]{36}$/);
  });
});

describe("a project's name", () => {
  it("never makes its bearer the tenant of an address", async () => {
    const { gateway, ollama } = await startService({ TENANT_MAX_TEXT: "1" });
    const held: (() => void)[] = [];
    ollama.script("/api/chat", (_request, response) => void held.push(() => response.end("{}")));
    const ask = (headers: Record<string, string>): Promise<Response> =>
      gateway.post(
        "/api/v1/chat",
        { model: "fake", messages: [{ role: "user", content: "x" }] },
        { headers },
      );
    const json = { "content-type": "application/json" };
    const nameless = ask(json);
    await until(() => held.length === 1, "the address's request runs");
    // It has its own place: the nameless one's is taken.
    const named = ask({ ...json, "X-Project-Name": "127.0.0.1" });
    const another = await ask(json);
    expect(another.status).toBe(429);
    expect((await ask({ ...json, "X-Project-Name": "[127.0.0.1]" })).status).toBe(400);
    held[0]?.();
    await until(() => held.length === 2, "the named request runs");
    held[1]?.();
    const answers = await Promise.all([nameless, named]);
    expect(answers.map(({ status }) => status)).not.toContain(429);
  });
});
