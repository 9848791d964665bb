import { describe, expect, it } from "vitest";
import { disposition, FORM_TYPE, formBody, zstd } from "../support/encoded-bodies.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { idOf, jsonOf, startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

/** A body that is no plain JSON, and where it goes. */
interface Encoded {
  path: string;
  headers: Record<string, string>;
  of: (model: string) => Buffer;
}

const IMAGE = { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } };

const ZSTD: Encoded = {
  path: "/v1/responses",
  headers: { "content-type": "application/json", "content-encoding": "zstd" },
  of: (model) => zstd(JSON.stringify({ model, input: [{ role: "user", content: [IMAGE] }] })),
};

const FORM: Encoded = {
  path: "/v1/audio/transcriptions",
  headers: { "content-type": FORM_TYPE },
  of: (model) =>
    formBody([
      [disposition("model"), model],
      [disposition("file", "a.wav"), Buffer.alloc(300_000, "RIFF\r\n")],
    ]),
};

const KINDS = [
  ["zstd", ZSTD],
  ["a form", FORM],
] as const;

const post = ({ gateway }: RunningService, { path, headers }: Encoded, body: Buffer) =>
  gateway.post(path, "", { body: new Uint8Array(body), headers });

/** Lets the fake answer a path, and tells which places were taken meanwhile. */
function answering({ gateway, ollama }: RunningService, path: string): () => object {
  let places = {};
  ollama.script(path, (_request, response) => {
    const { text, vision } = gateway.service.load();
    places = { text, vision };
    response.end("{}");
  });
  return () => places;
}

describe.each(KINDS)("a body of %s", (_kind, encoded) => {
  const { path, headers, of } = encoded;

  it("arrives untouched, and its model is known", async () => {
    const service = await startService();
    const places = answering(service, path);
    const body = of("fake");
    const answer = await post(service, encoded, body);
    expect(answer.status).toBe(200);
    const [received] = service.ollama.to(path);
    expect(received?.body.equals(body)).toBe(true);
    for (const [name, value] of Object.entries(headers)) {
      expect(received?.rawHeaders.join("\n").toLowerCase()).toContain(`${name}\n${value}`);
    }
    const isVision = encoded === ZSTD;
    expect(places()).toEqual(isVision ? { text: 0, vision: 1 } : { text: 1, vision: 0 });
    expect(await loggedEventOf(service.gateway, idOf(answer))).toMatchObject({ model: "fake" });
    await nothingIsHeld(service);
  });

  it("waits until its model is in memory", async () => {
    const service = await startService({}, { models: ["fake:latest", "other:latest"] });
    const { ollama } = service;
    ollama.inMemory.splice(0);
    answering(service, path);
    expect((await post(service, encoded, of("other"))).status).toBe(200);
    const loads = ollama.received.filter(({ target }) => target === "/api/generate");
    expect(loads.map(({ body }) => JSON.parse(body.toString()) as unknown)).toMatchObject([
      { model: "other:latest" },
    ]);
  });

  it("passes where ALLOWED_MODELS has its model, and is refused where it has not", async () => {
    const service = await startService({ ALLOWED_MODELS: "fake" });
    answering(service, path);
    expect((await post(service, encoded, of("fake"))).status).toBe(200);
    const refused = await post(service, encoded, of("secret"));
    expect(await jsonOf(refused)).toMatchObject({ error: { code: "model_not_allowed" } });
    const unreadable = await post(service, encoded, Buffer.concat([of("fake"), of("secret")]));
    expect([unreadable.status, (await jsonOf(unreadable))["error"]]).toEqual([
      400,
      expect.objectContaining({ code: "invalid_request" }),
    ]);
    expect(service.ollama.to(path)).toHaveLength(1);
    await nothingIsHeld(service);
  });

  it("goes on untouched where its images are to be compressed, and no answer is kept", async () => {
    const service = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    answering(service, path);
    const body = of("fake");
    const asking = {
      ...encoded,
      headers: {
        ...headers,
        "x-shared-ollama-image-compression": "on",
        "x-shared-ollama-cache": "exact",
      },
    };
    for (let times = 1; times <= 2; times += 1) {
      const answer = await post(service, asking, body);
      expect([answer.status, answer.headers.get("x-cache")]).toEqual([200, "BYPASS"]);
      expect(service.ollama.to(path)).toHaveLength(times);
      expect(service.ollama.to(path).at(-1)?.body.equals(body)).toBe(true);
    }
  });

  it("that cannot be read is the server's to refuse where it may ask for any model", async () => {
    const service = await startService({ ALLOW_CLOUD_MODELS: "true", FORWARD_AUTH: "always" });
    answering(service, path);
    const asking = {
      ...encoded,
      headers: { ...headers, authorization: "a", "x-project-name": "p" },
    };
    for (const body of [of("fake").subarray(0, -5), Buffer.from("no JSON")]) {
      expect((await post(service, asking, body)).status).toBe(200);
      const received = service.ollama.to(path).at(-1);
      expect(received?.body.equals(body)).toBe(true);
      expect(received?.rawHeaders).not.toContain("authorization");
      expect(received?.rawHeaders).not.toContain("x-project-name");
    }
    await nothingIsHeld(service);
  });

  it("that cannot be read is refused where it might ask for a model elsewhere", async () => {
    const service = await startService();
    answering(service, path);
    const answer = await post(service, encoded, of("fake").subarray(0, -1));
    expect([answer.status, (await jsonOf(answer))["error"]]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining("ALLOW_CLOUD_MODELS") as string }),
    ]);
    expect(service.ollama.to(path)).toEqual([]);
    await nothingIsHeld(service);
  });
});

describe("zstd", () => {
  it.each([
    ["ZSTD", "/v1/chat/completions", 200],
    ["gzip", "/v1/chat/completions", 400],
    ["zstd, zstd", "/v1/chat/completions", 400],
    ["zstd, gzip", "/v1/chat/completions", 400],
    ["", "/v1/chat/completions", 400],
    // Ollama decompresses nothing there.
    ["zstd", "/api/chat", 400],
  ])(
    "is read under %j on %s: %i where ALLOWED_MODELS restricts",
    async (encoding, path, status) => {
      const service = await startService({ ALLOWED_MODELS: "fake" });
      answering(service, path);
      const body = zstd(JSON.stringify({ model: "fake", messages: [] }));
      const headers = { "content-type": "application/json", "content-encoding": encoding };
      expect((await post(service, { path, headers, of: ZSTD.of }, body)).status).toBe(status);
    },
  );

  it("that would be too large is refused with the limit", async () => {
    const service = await startService();
    const answer = await post(service, ZSTD, zstd(Buffer.alloc(20_971_521, " ")));
    expect(answer.status).toBe(413);
    expect(await jsonOf(answer)).toMatchObject({
      error: {
        code: "request_too_large",
        message: expect.stringContaining("decompressed body is larger than 20971520") as string,
      },
    });
    await nothingIsHeld(service);
  });
});

describe("a form", () => {
  it("whose model the query names first is not certain of it", async () => {
    const service = await startService({ ALLOWED_MODELS: "fake, other" });
    const path = `${FORM.path}?model=other`;
    const answer = await post(service, { ...FORM, path }, FORM.of("fake"));
    expect(answer.status).toBe(400);
    expect(await jsonOf(answer)).toMatchObject({ error: { code: "invalid_request" } });
  });

  it("on another route has no facts", async () => {
    const service = await startService({ ALLOWED_MODELS: "fake" });
    const path = "/v1/chat/completions";
    expect((await post(service, { ...FORM, path }, FORM.of("fake"))).status).toBe(400);
  });

  it("with an image to edit waits in the queue for images", async () => {
    const service = await startService();
    const path = "/v1/images/edits";
    const places = answering(service, path);
    const body = formBody([
      [disposition("model"), "fake"],
      [disposition("image", "a.png"), "PNG"],
    ]);
    expect((await post(service, { ...FORM, path }, body)).status).toBe(200);
    expect(places()).toEqual({ text: 0, vision: 1 });
  });
});

it("JSON where a form may be is read as JSON", async () => {
  const service = await startService({ ALLOWED_MODELS: "fake" });
  const path = "/v1/images/edits";
  answering(service, path);
  expect((await service.gateway.post(path, { model: "fake" })).status).toBe(200);
  expect((await service.gateway.post(path, { model: "secret" })).status).toBe(400);
  expect(service.ollama.to(path)).toHaveLength(1);
});
