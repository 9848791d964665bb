import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inspectBody } from "../../src/dialects/inspect-body.ts";
import { goDecode, type GoRequest } from "../support/go-decoder.ts";
import { seededRandom } from "../support/prng.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

type Random = () => number;
const oneOf = <T>(list: readonly T[], random: Random): T => {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new RangeError("the list is empty");
  return found;
};

const MODEL = ["model", "model", "Model", "MODEL", "mode\\u006c", "\\u006dodel", "modeℓ"];
const IMAGES = ["images", "Images", "image\u017f", "image\\u017f", "\\u0069mages", "image\u0161"];
const MESSAGES = ["messages", "messages", "me\u017f\u017fages", "Messages", "\\u006dessages"];
const OPTIONS = ["options", "options", "option\u017f", "OPTIONS", "o\\u0070tions"];
const CONTENT = ["content", "Content", "\u212acontent"];
const NAMES = ['"allowed"', '"secret"', '""', "null", '"all\\u006fwed"', "7", '"\\ud800"'];
const LISTS = ["[]", "null", '["aGk="]', '["aGk=","aGk="]', "[null]"];
const MEMBERS = [
  "{}",
  "null",
  '{"num_ctx":8}',
  '{"num_ctx":1e3,"x":"\\"options\\""}',
  '{"num_gpu":-0}',
];

const message = (random: Random): string =>
  oneOf(
    [
      "{}",
      "null",
      '{"content":"\\"model\\":\\"secret\\""}',
      `{"${oneOf(IMAGES, random)}":${oneOf(LISTS, random)}}`,
      `{"${oneOf(CONTENT, random)}":"x","${oneOf(IMAGES, random)}":${oneOf(LISTS, random)}}`,
    ],
    random,
  );

const field = (random: Random): string => {
  const few = Array.from({ length: Math.floor(random() * 3) }, () => message(random));
  return oneOf(
    [
      `"${oneOf(MODEL, random)}":${oneOf(NAMES, random)}`,
      `"${oneOf(MODEL, random)}":${oneOf(NAMES, random)}`,
      `"${oneOf(IMAGES, random)}":${oneOf(LISTS, random)}`,
      `"${oneOf(MESSAGES, random)}":${oneOf([`[${few.join(",")}]`, "null"], random)}`,
      `"${oneOf(OPTIONS, random)}":${oneOf(MEMBERS, random)}`,
      '"stream":false',
      '"__proto__":{"model":"secret"}',
      '"tools":[{"model":"secret","messages":[],"options":{}}]',
    ],
    random,
  );
};

const BEHIND = [
  "",
  "",
  "",
  " ",
  "\n",
  " trailing",
  "}",
  '{"model":"secret"}',
  "\u0000",
  ",",
  "\n[1]",
];

function randomBody(random: Random): Buffer {
  const fields = Array.from({ length: Math.floor(random() * 6) }, () => field(random));
  const gap = oneOf(["", " ", "\n\t "], random);
  const text = `${gap}{${gap}${fields.join(`${gap},${gap}`)}${gap}}${oneOf(BEHIND, random)}`;
  const body = Buffer.from(text);
  // Bytes that are no UTF-8, somewhere.
  if (random() < 0.05) body[Math.floor(random() * body.length)] = 0xff;
  return random() < 0.03 ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]) : body;
}

const showsImages = ({ images, messages }: GoRequest): boolean =>
  images.length > 0 || messages.some((one) => one.images.length > 0);

describe("a body", () => {
  it("is read as Go reads it, or is not certain (4 000 random ones)", () => {
    const random = seededRandom(12);
    const wrong: string[] = [];
    const seen = { certain: 0, uncertain: 0, images: 0, refused: 0 };
    for (let i = 0; i < 4000; i += 1) {
      const body = randomBody(random);
      const text = body.toString();
      const facts = inspectBody(body);
      const theirs = goDecode(body);
      if (!theirs) {
        seen.refused += 1;
        continue;
      }
      seen[facts.modelIsCertain ? "certain" : "uncertain"] += 1;
      if (facts.modelIsCertain && facts.model !== theirs.model) wrong.push(text);
      if (theirs.model !== "" && !facts.models.includes(theirs.model)) wrong.push(text);
      // More may be taken for images than are, never less.
      if (showsImages(theirs)) {
        seen.images += 1;
        if (!facts.hasImages) wrong.push(text);
      }
      for (const [name, value] of theirs.options) {
        const isRead = /^num_(?:ctx|gpu)$/.test(name) && typeof value === "number";
        if (isRead && facts.loadOptions?.[name] !== value) wrong.push(text);
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  it.each([
    ["a name that null hides", '{"model":"secret","model":null}'],
    ["a name in another case", '{"model":"fake","MODEL":"secret"}'],
    ["a name with an escape", '{"model":"secret","mode\\u006c":null}'],
    ["something behind it", '{"model":"secret"} trailing'],
    ["a second value behind it", '{"model":"secret"}{"model":"fake"}'],
    ["a second value before", '{"model":"fake"}\n{"model":"secret"}'],
    ["no name", '{"messages":[]}'],
    ["a name of another kind", '{"model":["fake"],"model":null}'],
  ])("with %s gets nowhere where ALLOWED_MODELS restricts", async (_what, body) => {
    const service = await startService({ ALLOWED_MODELS: "fake" });
    for (const path of ["/api/chat", "/api/generate", "/v1/chat/completions", "/v1/new"]) {
      expect((await service.gateway.post(path, body)).status, path).toBe(400);
      expect(service.ollama.to(path), path).toHaveLength(0);
    }
    await nothingIsHeld(service);
  });

  it("with something behind it is scheduled by what stands before", async () => {
    const service = await startService();
    const body = '{"model":"fake","messages":[{"role":"user","content":"hi"}],"stream":false} x';
    service.ollama.script("/api/chat", (_request, response) => void response.end("{}"));
    expect((await service.gateway.post("/api/chat", body)).status).toBe(200);
    expect(service.ollama.to("/api/chat")[0]?.body.toString()).toBe(body);
    const log = inspectBody(Buffer.from(body));
    expect([log.model, log.hasWork, log.stream]).toEqual(["fake", true, false]);
    // The cache would have to know it for the same question as another's.
    const cached = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    cached.ollama.script("/api/chat", (_request, response) => void response.end("{}"));
    const headers = { "X-Shared-Ollama-Cache": "exact" };
    const answer = await cached.gateway.post("/api/chat", body, { headers });
    expect([answer.status, answer.headers.get("x-cache")]).toEqual([200, "BYPASS"]);
  });

  const json = Buffer.from('{"model":"fake","messages":[]}');
  const form = Buffer.from(
    '{"model":"fake"}\r\n--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nsecret\r\n--b--\r\n',
  );
  it.each([
    ["gzip", gzipSync(json), { "content-encoding": "gzip" }],
    ["brotli", brotliCompressSync(json), { "content-encoding": "br" }],
    ["JSON that is called zstd", json, { "content-encoding": "zstd" }],
    ["a form with a preamble", form, { "content-type": "multipart/form-data; boundary=b" }],
  ])(
    "of %s is refused where ALLOWED_MODELS restricts, else queued",
    async (_what, body, headers) => {
      const restricted = await startService({ ALLOWED_MODELS: "fake" });
      const open = await startService({ ALLOW_CLOUD_MODELS: "true" });
      for (const path of ["/v1/chat/completions", "/v1/audio/transcriptions"]) {
        const init = { headers, body };
        expect((await restricted.gateway.post(path, "", init)).status, path).toBe(400);
        expect(restricted.ollama.to(path), path).toHaveLength(0);
        let placesTaken = 0;
        open.ollama.script(path, (_request, response) => {
          placesTaken = open.gateway.service.load().text;
          response.end("{}");
        });
        expect((await open.gateway.post(path, "", init)).status, path).toBe(200);
        expect(placesTaken, path).toBe(1);
        expect(open.ollama.to(path)[0]?.body.equals(body), path).toBe(true);
      }
    },
  );

  it("with images in one of two lists of messages waits in the queue for images", async () => {
    const service = await startService();
    const body =
      '{"model":"fake","messages":[{"content":"a","images":["aGk="]}],"messages":[{"role":"user"}]}';
    let pools = { text: 0, vision: 0 };
    service.ollama.script("/api/chat", (_request, response) => {
      pools = service.gateway.service.load();
      response.end("{}");
    });
    expect((await service.gateway.post("/api/chat", body)).status).toBe(200);
    expect([pools.text, pools.vision]).toEqual([0, 1]);
  });
});
