import { describe, expect, it } from "vitest";
import { HeldAnswers } from "../support/held-answers.ts";
import { samplesOf, sumOf } from "../support/exposition.ts";
import { expectNativeError, jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const STRICT = { model: "fake", prompt: "hi", format: { type: "integer" }, strict: true };
const answer = (response: string) => ({ response, done: true, done_reason: "stop" });

/** A request whose first answer was wrong, and whose second is asked for. */
async function repairing(init: RequestInit = {}) {
  const service = await startService();
  const held = new HeldAnswers(service.ollama, "/api/generate");
  const asked = service.gateway.post("/api/v1/generate", STRICT, init).catch(() => "left");
  (await held.next()).json(answer('"a"'));
  return { ...service, held, asked, second: await held.next() };
}

describe("an answer that is made again", () => {
  it("is given up when its client leaves", async () => {
    const leaving = new AbortController();
    const { asked, second, held, ...service } = await repairing({ signal: leaving.signal });
    leaving.abort();
    await second.sawCancel();
    expect(await asked).toBe("left");
    await nothingIsHeld(service);
    const next = service.gateway.post("/api/v1/generate", STRICT);
    (await held.next()).json(answer("7"));
    expect(await jsonOf(await next)).toMatchObject({ text: "7" });
  });

  it("fails as others do when its server dies, and counts as a mismatch", async () => {
    const { asked, second, ...service } = await repairing();
    second.crash();
    await expectNativeError((await asked) as Response, {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      more: { retry_after: expect.any(Number) as number },
    });
    await nothingIsHeld(service);
    const samples = samplesOf(await (await service.gateway.get("/metrics")).text());
    const labels = { model: "fake:latest", outcome: "mismatch" };
    expect(sumOf(samples, "shared_ollama_schema_checks_total", labels)).toBe(1);
  });
});
