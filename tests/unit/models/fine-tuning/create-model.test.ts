import { expect, it } from "vitest";
import { createModel } from "../../../../src/models/fine-tuning/create-model.ts";
import type { ModelProgress } from "../../../../src/models/changes/progress.ts";
import type { UpstreamCall } from "../../../../src/http/transport.ts";
import type { ModelfileFields } from "../../../../src/models/modelfile/fields.ts";

const BROKEN_OFF = "The inference server broke off its answer";
const DIGEST = `sha256:${"0a".repeat(32)}`;

interface Scene {
  name?: string;
  fields?: ModelfileFields;
  status?: number;
  /** The answer in pieces; an error breaks the connection. */
  answer?: (string | Error)[];
  signal?: AbortSignal;
  onProgress?: (progress: ModelProgress) => void;
}

async function create(scene: Scene) {
  const { name = "mine", fields = { from: "m" }, status = 200 } = scene;
  const { answer = ['{"status":"success"}\n'], onProgress } = scene;
  const calls: UpstreamCall[] = [];
  async function* body() {
    for (const piece of answer) {
      if (piece instanceof Error) throw piece;
      yield Buffer.from(piece);
    }
  }
  const transport = {
    call: (call: UpstreamCall) => {
      calls.push(call);
      return Promise.resolve({ status, contentType: "", body: body(), isBeingRead: () => true });
    },
  };
  const progress: ModelProgress[] = [];
  await createModel({
    transport,
    origin: "http://up",
    name,
    fields,
    signal: scene.signal ?? new AbortController().signal,
    onProgress: onProgress ?? ((step) => progress.push(step)),
  });
  const [call] = calls;
  return { call, sent: JSON.parse(String(call?.body)) as unknown, progress };
}

it("sends the fields, and blobs as files of their kind", async () => {
  const { call, sent } = await create({
    fields: {
      from: "m",
      system: "s",
      parameters: { stop: ["a"], top_k: 5 },
      messages: [{ role: "user", content: "hi" }],
      license: ["MIT"],
      requires: "0.14.0",
      adapter: DIGEST,
      draft: DIGEST,
    },
  });
  expect(call).toMatchObject({ origin: "http://up", method: "POST", path: "/api/create" });
  expect(sent).toEqual({
    model: "mine",
    from: "m",
    system: "s",
    parameters: { stop: ["a"], top_k: 5 },
    messages: [{ role: "user", content: "hi" }],
    license: ["MIT"],
    requires: "0.14.0",
    adapters: { "adapter.gguf": DIGEST },
    draft_files: { "draft.gguf": DIGEST },
  });
});

it("tells each step, however the lines are cut", async () => {
  const answer = [
    '{"status":"pulling 0a","digest":"x","total":10}\n{"status":"pul',
    'ling 0a","total":10,"completed":4}\n\n{"status":',
    '"writing manifest"}\n{"status":"success"}',
  ];
  expect((await create({ answer })).progress).toEqual([
    { status: "pulling 0a", digest: "x", total: 10 },
    { status: "pulling 0a", total: 10, completed: 4 },
    { status: "writing manifest" },
    { status: "success" },
  ]);
});

it.each<[string, Scene, object]>([
  [
    "refuses",
    { status: 400, answer: ['{"error":"invalid model name"}'] },
    { code: "invalid_request", message: "invalid model name" },
  ],
  [
    "refuses without a word",
    { status: 502, answer: ["<html>"] },
    { code: "upstream_unavailable", message: "The inference server answered with status 502" },
  ],
  [
    "fails in the middle",
    { answer: ['{"status":"pulling manifest"}\n', '{"error":"file does not exist"}\n'] },
    { code: "upstream_unavailable", message: "file does not exist" },
  ],
  [
    "ends too early",
    { answer: ['{"status":"writing manifest"}\n'] },
    { code: "upstream_unavailable", message: BROKEN_OFF },
  ],
  ["says nothing", { answer: [] }, { code: "upstream_unavailable", message: BROKEN_OFF }],
  [
    "sends what is no JSON",
    { answer: ["<html>\n"] },
    { code: "upstream_unavailable", message: expect.stringContaining("not JSON") },
  ],
  [
    "breaks off",
    { answer: ['{"status":"a"}\n', new Error("socket hang up")] },
    { code: "upstream_unavailable", message: BROKEN_OFF },
  ],
])("fails when the server %s", async (_what, scene, failure) => {
  await expect(create(scene)).rejects.toMatchObject(failure);
});

it.each<[Scene, string]>([
  [{ name: "my model" }, "'my model' is no model's name"],
  [{ fields: { from: "m", adapter: "lora" } }, "ADAPTER has to be the digest of an uploaded file"],
  [{ fields: { from: "m", draft: "small" } }, "DRAFT has to be the digest of an uploaded file"],
])("refuses %j without a call", async (scene, message) => {
  await expect(create(scene)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining(message),
  });
});

it("ends with the signal's reason when the work is given up", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const work = create({
    answer: ['{"status":"a"}\n', new Error("aborted")],
    signal: stop.signal,
    onProgress: () => stop.abort(reason),
  });
  await expect(work).rejects.toBe(reason);
});
