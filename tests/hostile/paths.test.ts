import { describe, expect, it } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import { until } from "../support/deadline.ts";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { goRoute, INFERENCE_ROUTES } from "../support/go-router.ts";
import { seededRandom } from "../support/prng.ts";
import { connectRaw, jsonRequest, type RawAnswer } from "../support/raw-client.ts";
import type { RecordedRequest } from "../support/recording-upstream.ts";
import { nothingIsHeld, openLine, type Line } from "../support/through-gateway.ts";

const JSON_TYPE: [string, string][] = [["Content-Type", "application/json"]];

/** What became of a request: what arrived upstream, if anything, and what was held meanwhile. */
interface Fate {
  arrived: RecordedRequest | undefined;
  placesTaken: number;
  answer: RawAnswer;
}

/** Sends a request on a connection of its own, and answers it where it arrives. */
async function send({ gateway, upstream }: Line, target: string, model: string): Promise<Fate> {
  const client = await connectRaw(gateway.url);
  const before = upstream.requests.length;
  const answer = client.ask(jsonRequest(target, { model, input: "x", prompt: "x" }));
  const hasArrived = (): boolean => upstream.requests.length > before;
  await until(() => hasArrived() || answer.ending !== undefined, `a fate for ${target}`);
  const arrived = upstream.requests[before];
  const { text } = gateway.service.load();
  if (arrived) {
    await arrived.whole();
    arrived.answer("200 OK", JSON_TYPE, "{}");
  }
  await answer.ended();
  client.leave();
  return { arrived, placesTaken: text, answer };
}

const SEEDS = [
  ...INFERENCE_ROUTES,
  "/api/tags",
  "/api/show",
  "/v1/models/library%2Fx",
  "/v1/models",
  "/api/blobs/sha256:00",
  "/api/v1/models/x/show",
  "/project/a/api/chat",
  "/project/a%2Fb/v1/chat/completions",
];

type Random = () => number;
const indexIn = (text: string, random: Random): number => Math.floor(random() * text.length);
const hexOf = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, "0");
const inserted = (text: string, random: Random, more: string): string => {
  const at = indexIn(text, random);
  return text.slice(0, at) + more + text.slice(at);
};
const oneOf = <T>(list: readonly T[], random: Random): T => {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new RangeError("the list is empty");
  return found;
};

/** Ways to write a path so that some reader takes it for another. */
const MUTATIONS: ((path: string, random: Random) => string)[] = [
  (path, random) => {
    const at = indexIn(path, random);
    return `${path.slice(0, at)}%${hexOf(path[at] ?? "/")}${path.slice(at + 1)}`;
  },
  (path, random) => path.replaceAll("/", (slash) => (random() < 0.4 ? "%2F" : slash)),
  (path, random) => path.replaceAll("/", (slash) => (random() < 0.3 ? "%2f" : slash)),
  (path) => path.replace(/(?<=.)\//, "%252F"),
  (path, random) => path.replaceAll("/", (slash) => (random() < 0.4 ? "//" : slash)),
  (path, random) => inserted(path, random, oneOf(["/.", "/..", "/./", "/../"], random)),
  (path, random) => inserted(path, random, oneOf(["%2e", "/%2e%2e/", "/%2E/", ".%2e"], random)),
  (path, random) => inserted(path, random, oneOf(["\\", "%5c", "%5C..%5C"], random)),
  (path, random) => inserted(path, random, oneOf([";x=1", ";", "%3b", "%3Bx"], random)),
  (path, random) => inserted(path, random, oneOf(["%00", "%0a", "%0d%0a", "%09", "%7f"], random)),
  (path, random) => inserted(path, random, oneOf(["%c0%af", "%ef%bc%8f", "%e2%81%84"], random)),
  (path, random) => inserted(path, random, oneOf(["%", "%z", "%2", "%zz", "%u002f"], random)),
  (path, random) => inserted(path, random, oneOf(["?", "%3f", "#", "%23", "?x=/api/chat"], random)),
  (path, random) => inserted(path, random, oneOf(["+", "%20", "|", "{", '"', "~"], random)),
  (path) => `${path}/`,
  (path) => path.toUpperCase(),
  (path, random) => (random() < 0.5 ? `http://h${path}` : `HTTP://u@h:1/${path}`),
  (path) => `/x/..${path}`,
  (path) => `/project/a${path}`,
  (path) => `//h${path}`,
  (path) => path.slice(1),
];

describe("a path that is written in another way", () => {
  it("never gets inference past the queue or ALLOWED_MODELS (400 random ones)", async () => {
    const line = await openLine({ ALLOWED_MODELS: "fake" });
    const random = seededRandom(3);
    const seen = { inference: 0, refused: 0, other: 0 };
    for (let i = 0; i < 400; i += 1) {
      let target = oneOf(SEEDS, random);
      const times = 1 + Math.floor(random() * 2);
      for (let n = 0; n < times; n += 1) target = oneOf(MUTATIONS, random)(target, random);
      const forbidden = await send(line, target, "secret");
      if (forbidden.arrived) {
        const route = goRoute(forbidden.arrived.target);
        expect(route.kind, `${target} as ${forbidden.arrived.target}`).not.toBe("routed");
      }
      const allowed = await send(line, target, "fake");
      if (allowed.arrived && goRoute(allowed.arrived.target).kind === "routed") {
        expect(allowed.placesTaken, `${target} as ${allowed.arrived.target}`).toBe(1);
        seen.inference += 1;
      } else if (allowed.answer.status === 400) seen.refused += 1;
      else seen.other += 1;
      // What goes on is in one spelling that Go can read.
      if (allowed.arrived) expect(goRoute(allowed.arrived.target).kind).not.toBe("refused");
    }
    await nothingIsHeld(line);
    // The generator makes all sorts.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  }, 60_000);

  it.each([
    "/api%2Fchat",
    "/api%2fchat",
    "/v1%2Fchat%2Fcompletions",
    "/v1/chat%2Fcompletions",
    "/api/v1%2Fchat",
    "/api/v1%2f..%2fchat",
    "/api%252Fchat",
    "/api%5Cchat",
    "/api/chat%00",
    "/api/chat%0a",
    "/api/chat;x=1",
    "/api/chat%3Bx",
    "/api/chat%3Fx",
    "/api/chat#x",
    "/api/x%2F..%2Fchat",
    "/v1/models/..%2Fchat%2Fcompletions",
    "/v1/models/x/a%2Fb",
    "/%c0%afapi/chat",
  ])("%s is refused in the shape of its dialect", async (target) => {
    const { gateway } = await openLine();
    const path = target.startsWith("/v1") ? "/v1/chat/completions" : "/api/chat";
    const answer = await fetchRaw(gateway.url, target);
    if (target.startsWith("/api/v1"))
      expect(answer.body).toMatchObject({ error_type: "InvalidRequestError" });
    else await expectErrorOf(path, answer.response, { status: 400, code: "invalid_request" });
    expect(answer.response.status).toBe(400);
  });

  it.each(["/api/../api/chat", "/api/%2e%2e/api/chat", "/api/./chat", "/x/%2E%2e/api/chat"])(
    "%s is refused, or resolved before it is looked at",
    async (target) => {
      const line = await openLine({ ALLOWED_MODELS: "fake" });
      const { arrived, placesTaken, answer } = await send(line, target, "fake");
      // Bun's server resolves dot segments before anybody sees them.
      if (onBun) expect([arrived?.target, placesTaken]).toEqual(["/api/chat", 1]);
      else expect([arrived, answer.status]).toEqual([undefined, 400]);
      expect((await send(line, target, "secret")).arrived).toBeUndefined();
    },
  );

  it.each(["/v1/rerank", "/v1/messages/count_tokens", "/api/chat/x"])(
    "%s, which Ollama does not have, goes on at once, and only with a model that is allowed",
    async (target) => {
      const line = await openLine({ ALLOWED_MODELS: "fake" });
      const { arrived, placesTaken } = await send(line, target, "fake");
      expect([arrived?.target, placesTaken]).toEqual([target, 0]);
      expect((await send(line, target, "secret")).arrived).toBeUndefined();
    },
  );

  it.each(["//api/chat", "/api//chat", "http://elsewhere/api/chat", "/api/ch%61t"])(
    "%s works as /api/chat does",
    async (target) => {
      const line = await openLine({ ALLOWED_MODELS: "fake" });
      const { arrived, placesTaken, answer } = await send(line, target, "fake");
      expect([arrived?.target, placesTaken, answer.status]).toEqual(["/api/chat", 1, 200]);
      const refused = await send(line, target, "secret");
      expect([refused.arrived, refused.answer.status]).toEqual([undefined, 400]);
    },
  );

  it.each(["x/api/chat?", "x/api/chat#", "u@x/api", "x\\api\\chat?"])(
    "is not made from a Host that is %s, where any host is let in",
    async (host) => {
      const open = { API_HOST: "0.0.0.0", ALLOW_UNAUTHENTICATED: "true" };
      const { client, upstream } = await openLine(open);
      const headers: [string, string][] = [
        ["Host", host],
        ["X-Test", "1"],
      ];
      const answer = client.ask({ method: "GET", target: "/api/tags", headers, bare: true });
      await answer.ended();
      expect([400, 403]).toContain(answer.status);
      expect(upstream.requests).toHaveLength(0);
    },
  );

  it.each(["/api/chat/", "/API/chat", "/v1/chat/completions/", "/V1/Completions"])(
    "%s goes on as it is, in a place of the queue",
    async (target) => {
      const line = await openLine({ ALLOWED_MODELS: "fake" });
      const { arrived, placesTaken } = await send(line, target, "fake");
      expect([arrived?.target, placesTaken]).toEqual([target, 1]);
      expect((await send(line, target, "secret")).arrived).toBeUndefined();
    },
  );
});

/** A GET whose target is sent as it stands, with its answer as fetch would give it. */
async function fetchRaw(url: string, target: string) {
  const answer = (await connectRaw(url)).ask({ method: "GET", target });
  await answer.ended();
  const response = new Response(answer.text, {
    status: answer.status,
    headers: answer.headers.filter(([name]) => !/^(?:connection|keep-alive)$/i.test(name)),
  });
  return { response, body: JSON.parse(answer.text) as Record<string, unknown> };
}
