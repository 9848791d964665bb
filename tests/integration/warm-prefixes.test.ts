import { describe, expect, it } from "vitest";
import { asTenant, numberOf, queued, say } from "../support/batch.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const INSTRUCTIONS = {
  reports: "You summarise reports of the harbour in one sentence. ".repeat(25),
  letters: "You answer letters of the lighthouse's visitors kindly. ".repeat(25),
};

const ONE_PLACE = { UPSTREAM_PARALLEL: "1", RATE_LIMIT_ENABLED: "false" };

describe("a prompt whose instructions the server has just read goes first", () => {
  it.each([
    { path: "/api/v1/chat", upstream: "/api/chat" },
    { path: "/api/v1/chat/completions", upstream: "/api/chat" },
    { path: "/api/chat", upstream: "/api/chat" },
    { path: "/v1/chat/completions", upstream: "/v1/chat/completions" },
  ])("on $path", async ({ path, upstream }) => {
    const service = await startService(ONE_PLACE);
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, upstream);
    const ask = async (number: number, kind: keyof typeof INSTRUCTIONS): Promise<number> => {
      const messages = [
        { role: "system", content: INSTRUCTIONS[kind] },
        { role: "user", content: `item ${number}` },
      ];
      const body = { model: "fake", messages, stream: false };
      const answer = await gateway.post(path, body, asTenant("a"));
      await answer.text();
      return answer.status;
    };
    const asked = [ask(0, "reports")];
    await chats.came(1);
    for (const [at, kind] of (["letters", "reports", "letters"] as const).entries()) {
      asked.push(ask(at + 1, kind));
      await queued(gateway, at + 1);
    }
    const order: number[] = [];
    for (let served = 0; served < 4; served += 1) {
      const held = await chats.next();
      order.push(numberOf(held));
      say(held);
    }
    expect(order).toEqual([0, 2, 1, 3]);
    expect(await Promise.all(asked)).toEqual([200, 200, 200, 200]);
    await nothingIsHeld(service);
  });
});
