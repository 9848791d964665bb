import { beforeAll, describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import { renderFixtures, type RenderedBody } from "../support/poml-toolkit.ts";
import { noPython } from "../support/python-tests.ts";
import { startSeeingOllama } from "../support/seeing-ollama.ts";
import { bodyTo, expectNativeError, jsonOf } from "../support/service.ts";
import { startGateway } from "../support/gateway.ts";
import { EXAMPLE_IMAGE } from "../../routes/service/contract/images.ts";

const TEXT_ROUTES = ["/api/v1/generate", "/api/v1/chat", "/api/v1/chat/completions"];
const TEXT_BATCHES = ["/api/v1/batch/chat", "/api/v1/batch/chat/completions"];
const VISION_ROUTES = ["/api/v1/vlm", "/api/v1/vlm/openai", "/api/v1/chat/completions"];
const VISION_BATCHES = ["/api/v1/batch/vlm", "/api/v1/batch/vlm/completions"];

const TOOLS = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "The weather of a city",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
  { type: "function", function: { name: "get_time", description: "", parameters: {} } },
];

/** What Ollama is to be asked for each of the fixtures. */
const ASKED: Record<string, object> = {
  extract: {
    model: "fake:latest",
    messages: [
      { role: "system", content: expect.stringContaining("Say who lives in Paris.") },
      { role: "user", content: "Ann lives in Rome." },
      { role: "assistant", content: '{"name": "Ann", "age": null}' },
      { role: "user", content: "Tom, 41, lives in Paris." },
    ],
    format: { type: "object", properties: { name: { type: "string" }, age: {} } },
    options: { temperature: 0.3, num_predict: 60, frequency_penalty: 0.4, top_p: 0.8 },
  },
  weather: {
    model: "fake:latest",
    messages: [
      { role: "system", content: "You use tools." },
      { role: "user", content: "What is the weather in Paris?" },
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "call_1", function: { name: "get_weather", arguments: { city: "Paris" } } },
        ],
      },
      { role: "tool", content: "22 degrees", tool_call_id: "call_1", tool_name: "get_weather" },
    ],
    tools: TOOLS.map((tool) => ({
      ...tool,
      function: { ...tool.function, parameters: expect.objectContaining(tool.function.parameters) },
    })),
    options: { seed: 3, presence_penalty: 0.1, stop: ["END"] },
  },
};

async function startVisionService() {
  // The toolkit has each schema kept to.
  const ollama = await startSeeingOllama({
    reply: () => Promise.resolve(['{"name": "Tom", "age": 41}']),
  });
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  return { ollama, gateway };
}

describe.skipIf(noPython)("what POML's toolkit renders", () => {
  let bodies: Record<string, RenderedBody>;

  beforeAll(async () => {
    bodies = await renderFixtures({ city: "Paris" });
  });

  const body = (name: string): RenderedBody => {
    const rendered = bodies[name];
    if (!rendered) throw new Error(`${name}.poml was not rendered`);
    return rendered;
  };

  describe.each(Object.entries(ASKED))("of %s.poml", (name, asked) => {
    it.each(TEXT_ROUTES)("is taken as it is by %s", async (path) => {
      const { gateway, ollama } = await startVisionService();
      const answer = await gateway.post(path, body(name));
      expect([path, answer.status]).toEqual([path, 200]);
      expect(bodyTo(ollama, "/api/chat")).toMatchObject(asked);
    });

    it("is taken in a stream", async () => {
      const { gateway, ollama } = await startVisionService();
      const answer = await gateway.post("/api/v1/chat", { ...body(name), stream: true });
      expect((await eventsOf(answer)).at(-1)).toMatchObject({ done: true });
      expect(bodyTo(ollama, "/api/chat")).toMatchObject(asked);
    });

    it.each(TEXT_BATCHES)("is taken as an item by %s", async (path) => {
      const { gateway, ollama } = await startVisionService();
      const answer = await gateway.post(path, { requests: [body(name)] });
      expect(await jsonOf(answer)).toMatchObject({ successful: 1, failed: 0 });
      expect(bodyTo(ollama, "/api/chat")).toMatchObject(asked);
    });

    it("is taken with images added to it", async () => {
      const { gateway, ollama } = await startVisionService();
      const seen = { ...body(name), images: [EXAMPLE_IMAGE], model: "eyes:latest" };
      const single = await jsonOf(await gateway.post("/api/v1/vlm", seen));
      expect(single).toMatchObject({ images_processed: 1 });
      expect(bodyTo(ollama, "/api/chat")).toMatchObject({ ...asked, model: "eyes:latest" });
      const batch = await gateway.post("/api/v1/batch/vlm", { requests: [seen] });
      expect(await jsonOf(batch)).toMatchObject({ successful: 1, failed: 0 });
    });
  });

  describe("of picture.poml", () => {
    const asked = {
      model: "eyes:latest",
      messages: [
        { role: "system", content: expect.stringContaining("Describe pictures") },
        { role: "user", content: "What is this?", images: [expect.any(String)] },
      ],
      options: { temperature: 0, frequency_penalty: 0.4 },
    };

    it.each(VISION_ROUTES)("is taken as it is by %s", async (path) => {
      const { gateway, ollama } = await startVisionService();
      const answer = await jsonOf(await gateway.post(path, body("picture")));
      expect(answer).toMatchObject({ images_processed: 1 });
      expect(bodyTo(ollama, "/api/chat")).toMatchObject(asked);
    });

    it.each(VISION_BATCHES)("is taken as an item by %s", async (path) => {
      const { gateway, ollama } = await startVisionService();
      const answer = await gateway.post(path, { requests: [body("picture")] });
      expect(await jsonOf(answer)).toMatchObject({ successful: 1, failed: 0 });
      expect(bodyTo(ollama, "/api/chat")).toMatchObject(asked);
    });

    it.each(["/api/v1/generate", "/api/v1/chat"])("is shown its way by %s", async (path) => {
      const { gateway, ollama } = await startVisionService();
      await expectNativeError(await gateway.post(path, body("picture")), {
        status: 422,
        code: "validation_error",
        type: "ValidationError",
        says: /no image parts here: .*\/api\/v1\/vlm/,
      });
      expect(ollama.to("/api/chat")).toHaveLength(0);
    });
  });
});
