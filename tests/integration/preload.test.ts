import { describe, expect, it } from "vitest";
import { RUNNER_OPTIONS, startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";

const messages = [{ role: "user", content: "hi" }];

describe.each([
  ["/api/v1/generate", { prompt: "hi" }],
  ["/api/v1/chat", { messages }],
  ["/api/generate", { prompt: "hi" }],
  ["/api/chat", { messages }],
  ["/api/embed", { input: "hi" }],
])("a request to %s that comes after its model's load", (path, work) => {
  const passesThrough = path === "/api/generate" || path === "/api/chat";
  const requests: [string, object][] = [
    ...Object.entries(RUNNER_OPTIONS).map(([name, value]): [string, object] => [
      name,
      { options: { [name]: value, temperature: 0 } },
    ]),
    ["all", { options: RUNNER_OPTIONS }],
    ["none", {}],
    // A native route of the service's own has no such field.
    ...(passesThrough ? [["shift", { shift: false }] satisfies [string, object]] : []),
  ];

  it.each(["0.13.5", "0.30.0"] as const)(
    "loads nothing, whatever its options, on %s",
    async (version) => {
      const models = requests.map(([name]) => `${name}:latest`);
      const ollama = await startFakeOllama({ models, capacity: models.length, version });
      const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
      for (const [name, more] of requests) {
        const answer = await gateway.post(path, { model: name, ...work, ...more });
        expect(answer.status, name).toBe(200);
        await answer.text();
      }
      expect(ollama.loads).toEqual(models);
    },
  );
});
