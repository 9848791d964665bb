import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { bodiesTo, jsonOf, startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { BLUE, CHAT, WHY_BLUE, asking, cacheOf, indexed, stats } from "./response-cache-set-up.ts";

const PATH = "/api/v1/embeddings";
const SIMILARITY = "/api/v1/embeddings/similarity";
const EMBED = "/api/embed";
const HEADER = "x-shared-ollama-truncated";

/** Of the fake's words each is a token; of a text for a vector it counts three, whatever it says. */
const CONTEXT = 16;
const LONG = "word ".repeat(40).trim();
const SHORT = "Why is the sky blue?";
const REFUSED = { error: "the input length exceeds the context length" };

const start = (env: Record<string, string> = {}): Promise<RunningService> =>
  startService({ RATE_LIMIT_ENABLED: "false", ...env }, { contextLength: CONTEXT });

/** Of each call what it embeds, and whether the server may cut it. */
const calls = ({ ollama }: Pick<RunningService, "ollama">): [unknown, unknown][] =>
  bodiesTo(ollama, EMBED).map(({ input, truncate }) => [input, truncate]);

const FORMS = [
  { form: "prompt", path: PATH, bodyOf: (text: string) => ({ prompt: text }), kept: 3 },
  { form: "prompts", path: PATH, bodyOf: (text: string) => ({ prompts: ["a", text] }), kept: 6 },
  { form: "input", path: PATH, bodyOf: (text: string) => ({ input: [text, "a"] }), kept: 6 },
  {
    form: "query and documents",
    path: SIMILARITY,
    bodyOf: (text: string) => ({ query: "a", documents: [text, "b"] }),
    kept: 9,
  },
];

describe.each(FORMS)("$form at $path", ({ path, bodyOf, kept }) => {
  it("is one call where all fits, and nothing is said", async () => {
    const service = await start();
    const answer = await service.gateway.post(path, bodyOf(SHORT));
    expect(answer.status).toBe(200);
    expect(answer.headers.has(HEADER)).toBe(false);
    expect(await jsonOf(answer)).not.toHaveProperty("truncated");
    expect(calls(service)).toEqual([[expect.anything(), false]]);
  });

  it("is called once more where a text is too long, and the answer says so", async () => {
    const service = await start();
    const answer = await service.gateway.post(path, bodyOf(LONG));
    expect(answer.status).toBe(200);
    expect(answer.headers.get(HEADER)).toBe(`kept=${kept}`);
    expect(await jsonOf(answer)).toMatchObject({ truncated: { kept } });
    const [first, second] = bodiesTo(service.ollama, EMBED);
    expect(first).toMatchObject({ truncate: false });
    expect(second).toEqual({ ...first, truncate: true });
    expect(calls(service)).toHaveLength(2);
    await nothingIsHeld(service);
  });
});

describe("a text for a vector that is too long", () => {
  it.each([true, null])("is cut for a client that says truncate: %s", async (truncate) => {
    const { gateway } = await start();
    const answer = await gateway.post(PATH, { prompt: LONG, truncate });
    expect(answer.headers.get(HEADER)).toBe("kept=3");
  });

  it("is refused to one that says truncate: false, without a second call", async () => {
    const service = await start();
    const answer = await service.gateway.post(PATH, { prompt: LONG, truncate: false });
    await expectErrorOf(PATH, answer, { status: 400, code: "prompt_too_large" });
    expect(answer.headers.has(HEADER)).toBe(false);
    expect(calls(service)).toEqual([[LONG, false]]);
    await nothingIsHeld(service);
  });

  it("is told of its own request alone, of those that went together", async () => {
    const service = await start({ UPSTREAM_PARALLEL: "4" });
    // What is measured are the embeddings alone.
    await service.gateway.get("/api/v1/models");
    const askAll = async (round: number): Promise<boolean> => {
      const before = calls(service).length;
      const texts = [`first ${round}`, `${LONG} ${round}`, `third ${round}`];
      const asked = texts.map((prompt, i) =>
        service.gateway.post(PATH, { prompt }, { headers: { "x-project-name": `tenant-${i}` } }),
      );
      const answers = await Promise.all(asked);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      const told = answers.map(({ headers }) => headers.get(HEADER));
      expect(told).toEqual([null, "kept=3", null]);
      const made = bodiesTo(service.ollama, EMBED).slice(before);
      const cut = made.filter(({ truncate }) => truncate === true);
      expect(cut.map(({ input }) => input)).toEqual([texts[1]]);
      return new Set([made[0]?.["input"]].flat()).size === 3;
    };
    // On a busy machine some of them may come too late for the others.
    let round = 0;
    await until(() => askAll(round++), "three requests that came together");
    await nothingIsHeld(service);
  });

  it("is told each time: its vector is not kept", async () => {
    const service = await start();
    for (const _time of [1, 2]) {
      const answer = await service.gateway.post(PATH, { prompt: LONG });
      expect(answer.headers.get(HEADER)).toBe("kept=3");
    }
    expect(calls(service)).toHaveLength(4);
  });

  it("is told without a number where the server does not count", async () => {
    const { gateway, ollama } = await start();
    const embeds = new HeldAnswers(ollama, EMBED);
    const asked = gateway.post(PATH, { prompt: LONG });
    (await embeds.next()).json(REFUSED, 400);
    (await embeds.next()).json({ embeddings: [[0.6, 0.8]] });
    const answer = await asked;
    expect(answer.headers.get(HEADER)).toBe("kept=unknown");
    expect(await jsonOf(answer)).toMatchObject({ truncated: { kept: null } });
  });

  it("that the server cannot cut either is refused", async () => {
    const { gateway, ollama } = await start();
    const embeds = new HeldAnswers(ollama, EMBED);
    const asked = gateway.post(PATH, { prompt: LONG });
    (await embeds.next()).json(REFUSED, 400);
    (await embeds.next()).json(REFUSED, 400);
    await expectErrorOf(PATH, await asked, { status: 400, code: "prompt_too_large" });
    await nothingIsHeld({ gateway });
  });

  it("is given up with its client between the calls, and nothing is held", async () => {
    const { gateway, ollama } = await start();
    const embeds = new HeldAnswers(ollama, EMBED);
    const client = new AbortController();
    const gone = gateway.post(PATH, { prompt: LONG }, { signal: client.signal }).catch(String);
    (await embeds.next()).json(REFUSED, 400);
    const second = await embeds.next();
    client.abort();
    await second.sawCancel();
    await gone;
    await nothingIsHeld({ gateway });
  });

  it("is told as a failure when the server dies in the second call", async () => {
    const { gateway, ollama } = await start();
    const embeds = new HeldAnswers(ollama, EMBED);
    const asked = gateway.post(PATH, { prompt: LONG });
    (await embeds.next()).json(REFUSED, 400);
    (await embeds.next()).crash();
    const expected = { status: 503, code: "upstream_unavailable", retryAfter: 2 } as const;
    await expectErrorOf(PATH, await asked, expected);
    await nothingIsHeld({ gateway });
  });

  it("passes without a word where Ollama's own routes are used", async () => {
    const { gateway, ollama } = await start();
    const answer = await gateway.post(EMBED, { model: "all-minilm", input: LONG });
    expect(answer.status).toBe(200);
    expect(answer.headers.has(HEADER)).toBe(false);
    expect(bodiesTo(ollama, EMBED)).toEqual([{ model: "all-minilm", input: LONG }]);
  });
});

it("a question that is too long for its vector is not compared by its beginning", async () => {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    RESPONSE_CACHE_ENABLED: "true",
    RESPONSE_CACHE_SEMANTIC: "on",
  });
  await gateway.post(CHAT, asking(BLUE));
  await indexed(ollama, gateway);
  ollama.script(EMBED, (_request, response) => {
    response.writeHead(400, { "Content-Type": "application/json" });
    response.end(JSON.stringify(REFUSED));
  });
  expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("MISS");
  // Once to compare it, once to keep it.
  const asked = () => calls({ ollama }).filter(([text]) => text === WHY_BLUE);
  await until(() => asked().length === 2, "both calls for its vector");
  await nothingIsHeld({ gateway });
  expect(await stats(gateway)).toMatchObject({ hits_similar: 0, not_compared: { failed: 1 } });
  expect(asked()).toEqual([
    [WHY_BLUE, false],
    [WHY_BLUE, false],
  ]);
});
