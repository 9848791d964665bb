import { describe, expect, it } from "vitest";
import { batchOf, failure, textOf, type ItemResult } from "../support/batch.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { grainyPicture, picture } from "../support/pictures.ts";
import { seenBy, startSeeingOllama, type Seen } from "../support/seeing-ollama.ts";
import { expectNativeError, expectOpenAIError } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MIB = 1_048_576;

async function startSeeing(
  env: Record<string, string> = {},
): Promise<{ gateway: Gateway; ollama: FakeOllama }> {
  const ollama = await startSeeingOllama();
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    OLLAMA_DEFAULT_VLM_MODEL: "eyes",
    ...env,
  });
  return { ollama, gateway };
}

/** What the model was shown for an item. */
function seen(result: ItemResult | undefined): Seen {
  expect(result).toMatchObject({ success: true });
  return seenBy(String(result && textOf(result)));
}

/** The two forms of an item with one image. */
const FORMS = [
  {
    path: "/api/v1/batch/vlm",
    single: "/api/v1/vlm",
    item: (text: string, url: string, more: object = {}) => ({
      messages: [{ role: "user", content: text }],
      images: [url],
      ...more,
    }),
    badImageAt: /^requests\.1\.images\.0: /,
  },
  {
    path: "/api/v1/batch/vlm/completions",
    single: "/api/v1/vlm/openai",
    item: (text: string, url: string, more: object = {}) => {
      const image = { type: "image_url", image_url: { url } };
      return { messages: [{ role: "user", content: [image, { type: "text", text }] }], ...more };
    },
    badImageAt: /^requests\.1\.messages\.0\.content\.0\.image_url\.url: /,
  },
];

describe.each(FORMS)("POST $path", ({ path, single, item, badImageAt }) => {
  it("shows each item's image to the model, and answers as the single route would", async () => {
    const { gateway } = await startSeeing();
    const pictures = await Promise.all(
      [40, 50, 60, 70].map((width) => picture(width, 30, `#${width}0000`)),
    );
    const requests = pictures.map((url, i) => item(`item ${i}`, url));
    const { results } = await batchOf(await gateway.post(path, { requests }));
    expect(results.map((result) => seen(result).texts)).toEqual(
      requests.map((_item, i) => [`item ${i}`]),
    );
    expect(results.map((result) => seen(result).images[0]?.width)).toEqual([40, 50, 60, 70]);
    const alone = (await (await gateway.post(single, requests[0])).json()) as object;
    const data = results[0]?.data;
    expect(Object.keys(data ?? {})).toEqual(Object.keys(alone));
    expect(data).toMatchObject({ model: expect.stringMatching(/^eyes/), images_processed: 1 });
    await nothingIsHeld({ gateway });
  });

  it("gives the batch's compression_format to all items, whatever theirs", async () => {
    const { gateway } = await startSeeing();
    const url = await picture(64, 64);
    const requests = [
      item("0", url),
      item("1", url, { compression_format: "webp" }),
      item("2", url, { compression_format: "png", max_dimension: 256 }),
    ];
    const batch = { requests, compression_format: "png" };
    const { results } = await batchOf(await gateway.post(path, batch));
    const formats = (all: ItemResult[]) => all.map((result) => seen(result).images[0]?.format);
    expect(formats(results)).toEqual(["png", "png", "png"]);
    const own = await batchOf(
      await gateway.post(path, { requests: requests.slice(1), compression_format: null }),
    );
    expect(formats(own.results)).toEqual(["webp", "png"]);
  });

  it("refuses a batch whose compression_format is none", async () => {
    const { gateway } = await startSeeing();
    const requests = [item("0", await picture(8, 8))];
    const answer = await gateway.post(path, { requests, compression_format: "gif" });
    const error = { status: 422, code: "validation_error", says: /compression_format/ };
    if (path.endsWith("vlm"))
      await expectNativeError(answer, { ...error, type: "ValidationError" });
    else {
      const param = "compression_format";
      await expectOpenAIError(answer, { ...error, type: "invalid_request_error", param });
    }
  });

  it("fails items whose image cannot be used, and says where it is", async () => {
    const { gateway, ollama } = await startSeeing();
    const good = await picture(64, 64);
    const cut = good.slice(0, -200);
    const bad = [
      { url: "https://example.com/a.png", code: "validation_error" },
      { url: "data:image/png;base64,@@@@", code: "invalid_request" },
      { url: "data:image/png;base64,AAAA", code: "invalid_request" },
      { url: cut, code: "invalid_request" },
      { url: "", code: "validation_error" },
    ];
    for (const { url, code } of bad) {
      ollama.received.length = 0;
      const requests = [item("item 0", good), item("item 1", url), item("item 2", good)];
      const { results } = await batchOf(await gateway.post(path, { requests }));
      expect(results[1], url).toEqual(failure(1, code, badImageAt));
      expect(seen(results[0]).texts).toEqual(["item 0"]);
      expect(seen(results[2]).texts).toEqual(["item 2"]);
      expect(ollama.to("/api/chat")).toHaveLength(2);
    }
    await nothingIsHeld({ gateway });
  });

  it("fails items without an image, without messages, and for a model without eyes", async () => {
    const { gateway, ollama } = await startSeeing();
    const good = await picture(64, 64);
    const requests = [
      { messages: [{ role: "user", content: "item 0" }] },
      item("item 1", good, { messages: [] }),
      item("item 2", good, { model: "fake" }),
      item("item 3", good, { model: "missing" }),
      item("item 4", good),
    ];
    const { results } = await batchOf(await gateway.post(path, { requests }));
    expect(results).toEqual([
      failure(0, "validation_error", /image/),
      failure(1, "validation_error", /messages/),
      failure(2, "invalid_request", /cannot see images; 'eyes:latest' can/),
      failure(3, "model_not_found", "model 'missing' not found"),
      expect.objectContaining({ index: 4, success: true }),
    ]);
    expect(ollama.to("/api/chat")).toHaveLength(1);
  });

  it("shares one compression among items with the same image", async () => {
    const { gateway } = await startSeeing();
    const url = await grainyPicture(200, 200);
    const requests = Array.from({ length: 6 }, (_, i) => item(`item ${i}`, url));
    const { results } = await batchOf(await gateway.post(path, { requests }));
    const sizes = new Set(results.map((result) => seen(result).images[0]?.bytes));
    expect(sizes.size).toBe(1);
    const saved = results.map(({ data }) => data?.["compression_savings_bytes"]);
    expect(saved.filter((bytes) => bytes !== null)).toEqual([expect.any(Number)]);
  });

  it("takes a body of many images, read on a thread", async () => {
    const { gateway } = await startSeeing();
    const colours = Array.from({ length: 20 }, (_, i) => `#${(i + 16).toString(16)}4060`);
    const pictures = await Promise.all(colours.map((colour) => picture(1200, 900, colour)));
    const requests = pictures.map((url, i) => item(`item ${i}`, url));
    expect(JSON.stringify(requests).length).toBeGreaterThan(65_536);
    const { results } = await batchOf(await gateway.post(path, { requests }));
    expect(results.map((result) => seen(result).texts[0])).toEqual(
      requests.map((_item, i) => `item ${i}`),
    );
    await nothingIsHeld({ gateway });
  });

  it("refuses a body over VLM_MAX_BODY_BYTES with 413, whatever MAX_BODY_BYTES is", async () => {
    const { gateway } = await startSeeing({
      MAX_BODY_BYTES: String(20 * MIB),
      VLM_MAX_BODY_BYTES: "2048",
    });
    const requests = [item("x".repeat(2048), await picture(8, 8))];
    const answer = await gateway.post(path, { requests });
    expect(answer.status).toBe(413);
    expect(JSON.stringify(await answer.json())).toContain('"limit_bytes":2048');
    await nothingIsHeld({ gateway });
  });
});
