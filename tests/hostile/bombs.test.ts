import { expect, it } from "vitest";
import { within } from "../support/deadline.ts";
import { disposition, FORM_TYPE, formBody, zstd } from "../support/encoded-bodies.ts";
import { startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MIB = 1_048_576;

/** Sends a body many times at once, each for another project, and counts the answers by status. */
async function flood(
  { gateway }: RunningService,
  body: Buffer,
  times: number,
): Promise<Map<number, number>> {
  const answers = Array.from({ length: times }, (_, i) =>
    gateway.post("/v1/responses", "", {
      body: new Uint8Array(body),
      headers: { "content-encoding": "zstd", "x-project-name": `p${i}` },
    }),
  );
  const counts = new Map<number, number>();
  for (const { status } of await within(Promise.all(answers), "all answers", 60_000)) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

const ENV = { WORKER_THREADS: "2", RATE_LIMIT_ENABLED: "false" };

it("64 bombs at once take the memory of the threads only", async () => {
  const service = await startService(ENV);
  const frame = zstd(Buffer.alloc(64 * MIB, " "));
  const bomb = Buffer.concat(Array.from({ length: 16 }, () => frame));
  // The threads take what they need, and keep it.
  await flood(service, bomb, 64);
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  const counts = await flood(service, bomb, 64);
  clearInterval(watch);
  expect(counts).toEqual(new Map([[413, 64]]));
  // All at once they would take 64 times 20 MiB.
  expect(Math.round((most - before) / MIB)).toBeLessThan(200);
  expect(service.ollama.to("/v1/responses")).toHaveLength(0);
  await nothingIsHeld(service);
}, 120_000);

it("a thread is not kept busy by blocks that copy more than they may hold", async () => {
  const service = await startService({ ...ENV, ALLOW_CLOUD_MODELS: "true" });
  service.ollama.script("/v1/responses", (_request, response) => void response.end("{}"));
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  const block = [0x4d, 0x00, 0x00, 0x00, 0xff, 0xf8, 0x28, 0x54, 0x00, 0x01, 0x34, 0x80];
  const body = Buffer.from([...head, ...block]);
  const counts = await flood(service, body, 32);
  expect(counts).toEqual(new Map([[200, 32]]));
}, 60_000);

it("a form of a million parts is passed on unread", async () => {
  const service = await startService({ ...ENV, ALLOW_CLOUD_MODELS: "true" });
  const path = "/v1/audio/transcriptions";
  service.ollama.script(path, (_request, response) => void response.end("{}"));
  const part = formBody([[disposition("model"), "m"]]).subarray(0, -"--b--\r\n".length);
  const body = Buffer.alloc(part.length * 1_000_000, part);
  const headers = { "content-type": FORM_TYPE };
  const sent = service.gateway.post(path, "", { body: new Uint8Array(body), headers });
  expect((await within(sent, "the answer", 60_000)).status).toBe(200);
  expect(service.ollama.to(path)[0]?.body.equals(body)).toBe(true);
  await nothingIsHeld(service);
}, 120_000);
