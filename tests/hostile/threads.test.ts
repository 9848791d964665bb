import { expect, it } from "vitest";
import { within } from "../support/deadline.ts";
import { photo } from "../support/image-files.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { about, startVision } from "../support/vision-service.ts";

const MESSAGES = [{ role: "user", content: "hi" }];
const as = (tenant: string) => ({
  "content-type": "application/json",
  "x-project-name": tenant,
});

// In which order is a matter of the pool's own tests: here it would hang on the machine's speed.
it("an image comes through while another project's bodies wait, and they do too", async () => {
  const service = await startVision({ WORKER_THREADS: "1", RATE_LIMIT_ENABLED: "false" });
  const { gateway } = service;
  // Read on the only thread; it names no model of the server, which costs nothing more.
  const list = Array.from({ length: 300_000 }, () => 1);
  const large = JSON.stringify({ model: "none", messages: MESSAGES, more: list });
  const post = (path: string, tenant: string, body: string) =>
    gateway.post(path, body, { headers: as(tenant), body });
  const bodies = Array.from({ length: 25 }, () => post("/api/chat", "bodies", large));
  const image = JSON.stringify(about("/api/v1/vlm", [await photo({ width: 64, height: 48 })]));
  const other = post("/api/v1/vlm", "images", image);
  expect((await within(other, "the answer about the image", 30_000)).status).toBe(200);
  const answers = await within(Promise.all(bodies), "the other answers", 30_000);
  expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 404));
  await nothingIsHeld(service);
}, 60_000);

it("one project's bodies cannot take all the places to wait for a thread", async () => {
  const service = await startVision({ WORKER_THREADS: "1", RATE_LIMIT_ENABLED: "false" });
  const { gateway } = service;
  const list = Array.from({ length: 400_000 }, () => 1);
  const large = JSON.stringify({ model: "none", messages: MESSAGES, more: list });
  const flood = Array.from({ length: 100 }, () =>
    gateway.post("/api/chat", large, { headers: as("flood"), body: large }),
  );
  const small = JSON.stringify({ model: "none", messages: MESSAGES, more: list.slice(0, 150_000) });
  const others = Array.from({ length: 5 }, (_, i) =>
    gateway.post("/api/chat", small, { headers: as(`other-${i}`), body: small }),
  );
  for (const other of others) expect((await other).status).toBe(404);
  const statuses = (await within(Promise.all(flood), "the flood", 30_000)).map((a) => a.status);
  // What found no place to wait in is told to come again.
  for (const status of statuses) expect([404, 503]).toContain(status);
  await nothingIsHeld(service);
}, 60_000);
