import type { Gateway } from "./gateway.ts";
import { grainyPicture } from "./pictures.ts";
import { startService, type RunningService } from "./service.ts";

/** A service whose every figure can be moved, with the records of its requests. */
export function startServiceOfAllKinds(env: Record<string, string> = {}): Promise<RunningService> {
  const settings = {
    RATE_LIMIT_ENABLED: "false",
    RESPONSE_CACHE_ENABLED: "true",
    REQUEST_LOG_ENABLED: "true",
    ...env,
  };
  const fake = { vision: ["fake:latest"], contextLength: 64 };
  return startService(settings, fake, { mcpYaml: "servers: { unused: { command: unused } }" });
}

/**
 * Sends requests of all kinds, one after the other: answered, streamed, from the cache, with an
 * image, cut, a batch, refused; a model is unloaded and loaded again.
 * @param words what makes the questions others than before.
 */
export async function askOfAllKinds(
  gateway: Gateway,
  project: string,
  words = "hi",
): Promise<void> {
  const headers = { "x-project-name": project, "content-type": "application/json" };
  const ask = async (path: string, body: object): Promise<void> => {
    await (await gateway.post(path, body, { headers })).arrayBuffer();
  };
  const messages = [{ role: "user", content: words }];
  const chat = { model: "fake", messages };
  await ask("/api/v1/chat", chat);
  await ask("/api/v1/chat", chat);
  await ask("/api/v1/generate", { model: "fake", prompt: words, stream: true });
  await ask("/api/chat", chat);
  await ask("/v1/chat/completions", { ...chat, stream: true });
  await ask("/api/v1/embeddings", { model: "all-minilm", prompt: words });
  await ask("/api/v1/vlm", { ...chat, images: [await grainyPicture(300, 300)] });
  await ask("/api/v1/batch/chat", { requests: [chat, { ...chat, temperature: 0.5 }] });
  await ask("/api/v1/generate", { model: "fake", prompt: `${words} `.repeat(100) });
  await ask("/api/v1/chat", { ...chat, messages: "nonsense" });
  await ask("/api/chat", { ...chat, model: "nonesuch" });
  await ask("/api/v1/models/fake/unload", {});
  await ask("/api/v1/models/fake/load", {});
}
