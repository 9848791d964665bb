import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { EventReader } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { idOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { CHAT, start, asking, cacheOf, runs, stats } from "./response-cache-set-up.ts";

describe("identical requests at the same time", () => {
  it("share one run, streamed", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const ask = () => gateway.post(CHAT, asking("Hi", { stream: true }));
    const first = ask();
    const held = await chats.next();
    held.piece("Hel");
    const one = new EventReader(await first);
    expect(await one.next()).toMatchObject({ chunk: "Hel" });
    // Late, and yet from the beginning.
    const two = new EventReader(await ask());
    expect(await two.next()).toMatchObject({ chunk: "Hel" });
    held.piece("lo");
    held.finish();
    for (const reader of [one, two]) {
      expect(await reader.rest()).toMatchObject([{ chunk: "lo" }, { chunk: "", done: true }]);
    }
    expect(runs(ollama)).toBe(1);
    expect(await stats(gateway)).toMatchObject({ shared: 1, misses: 2, entries: 1 });
    expect(cacheOf(await ask())).toBe("HIT-EXACT");
    await nothingIsHeld({ gateway });
  });

  it("share one run, whole, and an error too", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answers = [1, 2, 3].map(() => gateway.post(CHAT, asking("Hi")));
    const held = await chats.next();
    await until(async () => (await stats(gateway))["shared"] === 2, "two that share");
    held.json({ error: "out of memory" }, 500);
    for (const answer of answers) {
      expect(await (await answer).json()).toMatchObject({ code: "upstream_unavailable" });
    }
    expect(runs(ollama)).toBe(1);
    await nothingIsHeld({ gateway });
  });

  it("share what is told of a prompt that was cut, and not with those who want none cut", async () => {
    const { ollama, gateway } = await start({ UPSTREAM_PARALLEL: "2" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const cut = [1, 2].map(() => gateway.post(CHAT, asking("Hi")));
    const first = await chats.next();
    await until(async () => (await stats(gateway))["shared"] === 1, "one that shares");
    const uncut = gateway.post(CHAT, asking("Hi", { truncate: false }));
    const own = await chats.next();
    const refused = { error: "the input length exceeds the context length" };
    for (const held of [first, own]) held.json(refused, 400);
    const message = { role: "assistant", content: "Hello" };
    const counts = { done: true, done_reason: "stop", prompt_eval_count: 16 };
    (await chats.next()).json({ message, ...counts });
    for (const answer of cut) {
      expect((await answer).headers.get("x-shared-ollama-truncated")).toBe("kept=16");
      expect(await (await answer).json()).toMatchObject({ truncated: { kept: 16 } });
    }
    expect(await (await uncut).json()).toMatchObject({ code: "prompt_too_large" });
    expect(runs(ollama)).toBe(3);
    await nothingIsHeld({ gateway });
  });

  it("go on when one leaves, and end when all have left", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const clients = [1, 2, 3].map(() => new AbortController());
    const answers = clients.map(({ signal }) =>
      gateway.post(CHAT, asking("Hi"), { signal }).then(
        (answer) => answer.json(),
        () => "left",
      ),
    );
    const held = await chats.next();
    await until(async () => (await stats(gateway))["shared"] === 2, "two that share");
    clients[0]?.abort();
    expect(await answers[0]).toBe("left");
    held.json({
      message: { role: "assistant", content: "Hello" },
      done: true,
      done_reason: "stop",
    });
    for (const answer of answers.slice(1)) {
      expect(await answer).toMatchObject({ message: { content: "Hello" } });
    }
    await nothingIsHeld({ gateway });
    const others = [1, 2].map(() => new AbortController());
    const asked = others.map(({ signal }) =>
      gateway.post(CHAT, asking("Ho"), { signal }).catch(() => "left"),
    );
    const second = await chats.next();
    await until(async () => (await stats(gateway))["shared"] === 3, "one that shares");
    for (const client of others) client.abort();
    expect(await Promise.all(asked)).toEqual(["left", "left"]);
    await second.sawCancel();
    await nothingIsHeld({ gateway });
  });

  it("are charged once, to one that stays where the first has left", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const client = new AbortController();
    const ask = (init: RequestInit = {}) =>
      gateway.post(CHAT, asking("Hi", { stream: true }), init);
    const first = ask({ signal: client.signal });
    const held = await chats.next();
    held.piece("Hel");
    const leaving = await first;
    await new EventReader(leaving).next();
    const others = [await ask(), await ask()];
    const texts = others.map((answer) => answer.text());
    client.abort();
    const left = await loggedEventOf(gateway, idOf(leaving));
    expect(left).toMatchObject({ ended: "client_left" });
    expect(left).not.toHaveProperty("inference_ms");
    held.finish({ prompt_eval_duration: 2_000_000, eval_duration: 3_000_000 });
    await Promise.all(texts);
    const costs = others.map(async (answer) => {
      const { inference_ms: cost } = await loggedEventOf(gateway, idOf(answer));
      return cost;
    });
    expect((await Promise.all(costs)).filter((cost) => cost !== undefined)).toEqual([5]);
    await nothingIsHeld({ gateway });
  });

  it("do not share with another tenant", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const ask = (name: string) =>
      gateway.post(CHAT, asking("Hi"), { headers: { "x-project-name": name } });
    const one = ask("one");
    const first = await chats.next();
    const two = ask("two");
    first.json({ message: { role: "assistant", content: "1" }, done: true, done_reason: "stop" });
    expect(await (await one).json()).toMatchObject({ message: { content: "1" } });
    const second = await chats.next();
    second.json({ message: { role: "assistant", content: "2" }, done: true, done_reason: "stop" });
    expect(await (await two).json()).toMatchObject({ message: { content: "2" } });
  });
});
