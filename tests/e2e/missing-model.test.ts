import { describe, expect, it } from "vitest";
import { within } from "../support/deadline.ts";
import { startRealService } from "../support/real-service.ts";

describe.skipIf(process.env["TEST_NO_MODEL"])("a request for a model that is not there", () => {
  it("is refused at once, though memory is full and the model in it is never idle", async () => {
    // What fits no more waits for the patience at most: far longer than the deadline below.
    const env = { OLLAMA_MAX_LOADED_MODELS: "1", QUEUE_MODEL_PATIENCE: "600" };
    const service = await startRealService(env, { forTest: true });
    const ask = async (tenant: string, model: string): Promise<number> => {
      const answer = await fetch(`${service.url}/api/generate`, {
        method: "POST",
        headers: { "x-project-name": tenant },
        body: JSON.stringify({ model, prompt: "Hi", stream: false, options: { num_predict: 1 } }),
      });
      await answer.text();
      return answer.status;
    };
    expect(await ask("busy", "smollm2:135m")).toBe(200);
    const over = new AbortController();
    const busy = Array.from({ length: 3 }, async () => {
      while (!over.signal.aborted) expect(await ask("busy", "smollm2:135m")).toBe(200);
    });
    for (let i = 0; i < 3; i += 1) {
      const refused = ask("mistaken", `missing-${i}`);
      expect(await within(refused, `the refusal ${i}`)).toBe(404);
    }
    over.abort();
    await Promise.all(busy);
  });
});
