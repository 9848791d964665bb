import { describe, expect, it } from "vitest";
import { shaped } from "../../../inference/embed.ts";
import { fitPrompt, fitText, isTooLong } from "../../../inference/fit-prompt.ts";
import { newestTurns, storedTurns, tagImages, withSystem } from "../../../inference/prompt.ts";
import { resolveOptions } from "../../../values/options.ts";

const { signal } = new AbortController();
const user = (content: string) => ({ role: "user", content });

describe("the prompt", () => {
  it("takes the conversation's own system text first", () => {
    const turns = [{ role: "system", content: "mine" }, user("a")];
    expect(withSystem(turns, "the model's")).toBe(turns);
  });

  it("begins with the turns that the model brings along", () => {
    const messages = [{ role: "user", content: "stored", images: null }];
    expect(storedTurns({ messages })).toEqual([{ role: "user", content: "stored" }]);
  });

  it("carries Ollama's image tags", () => {
    const messages = [
      { role: "user", content: "look", imageCount: 2 },
      { role: "user", content: "at [img]", imageCount: 1 },
    ];
    const texts = tagImages(messages).map(({ content }) => content);
    expect(texts).toEqual(["[img-0][img-1]look", "at [img-2]"]);
  });

  it("loses its oldest turns first, never the system's and the last", async () => {
    const turns = [{ role: "system", content: "s" }, user("a"), user("b"), user("c")];
    const texts = async (most: number) =>
      (await newestTurns(turns, (kept) => kept.length <= most, signal)).map(
        ({ content }) => content,
      );
    expect(await texts(4)).toEqual(["s", "a", "b", "c"]);
    expect(await texts(3)).toEqual(["s", "b", "c"]);
    expect(await texts(0)).toEqual(["s", "c"]);
  });

  it("is cut out of its middle, or refused", () => {
    const tokens = Array.from({ length: 20 }, (_, index) => index) as unknown as Parameters<
      typeof fitPrompt
    >[0];
    const options = resolveOptions({ num_ctx: 10, num_keep: 2 }, {}, 10);
    expect(fitPrompt(tokens, { options, truncate: true })).toEqual([
      0, 1, 13, 14, 15, 16, 17, 18, 19,
    ]);
    expect(() => fitPrompt([], { options, truncate: true })).toThrow("no input provided");
    expect(() => fitPrompt(tokens, { options, truncate: false })).toThrow(
      "the input length exceeds the context length",
    );
  });
});

it("brings vectors to length 1, cut to the dimensions asked for", () => {
  expect(shaped([3, 4], 0)).toEqual([3, 4].map((value) => Math.fround(value / 5)));
  expect(shaped([3, 4, 12], 2)).toEqual([3, 4].map((value) => Math.fround(value / 5)));
  expect(shaped([0, 0], 0)).toEqual([0, 0]);
});

describe("a text longer than any prompt", () => {
  const options = resolveOptions({ num_ctx: 11, num_keep: 2 }, {}, 4_096);
  const fit = { options, longestToken: 3, truncate: true };

  it("loses its middle before it is read", () => {
    const text = "abcdef" + "x".repeat(1_000) + "y".repeat(30);
    expect(fitText(text, fit)).toBe("abcdef" + "y".repeat(30));
    expect(fitText("z".repeat(30), fit)).toBe("z".repeat(30));
    expect([30, 31].map((length) => isTooLong("z".repeat(length), fit))).toEqual([false, true]);
  });

  it("is refused where it must not be cut", () => {
    expect(() => fitText("z".repeat(31), { ...fit, truncate: false })).toThrow(
      "the input length exceeds the context length",
    );
  });
});

describe("the newest turns of a conversation", () => {
  it.each([1, 2, 3, 7, 99, 100])("are as many as fit: %d", async (room) => {
    const turns = Array.from({ length: 100 }, (_, index) => user(String(index)));
    const newest = await newestTurns(turns, (some) => some.length <= room, signal);
    expect(newest).toEqual(turns.slice(-room));
  });

  it("are found in few tries, each of which renders them", async () => {
    const turns = Array.from({ length: 100_000 }, () => user(""));
    let tries = 0;
    const fits = (some: readonly object[]) => {
      tries += 1;
      return some.length <= 60_000;
    };
    await newestTurns(turns, fits, signal);
    expect(tries).toBeLessThan(50);
  });

  it("are looked for no longer once the client has gone, who is heard between two tries", async () => {
    const client = new AbortController();
    const turns = Array.from({ length: 100 }, () => user(""));
    const tried: number[] = [];
    const search = newestTurns(
      turns,
      (some) => {
        tried.push(some.length);
        setImmediate(() => client.abort());
        return true;
      },
      client.signal,
    );
    await expect(search).rejects.toThrow("aborted");
    expect(tried.length).toBeLessThan(3);
  });
});
