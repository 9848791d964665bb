import { until } from "../support/deadline.ts";
import { startFakeOllama, type FakeOllama, type FakeOptions } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

export const CHAT = "/api/v1/chat";
export const COMPLETIONS = "/api/v1/chat/completions";

export const BLUE = "Why is the sky blue?";
/** The same question in other words. */
export const WHY_BLUE = "Could you please tell me why the sky is blue?";

/** A gateway with a response cache and without an embedding model. */
export async function start(env: Record<string, string> = {}, fake: FakeOptions = {}) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "other:latest"], ...fake });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    RESPONSE_CACHE_ENABLED: "true",
    RATE_LIMIT_ENABLED: "false",
    ...env,
  });
  return { ollama, gateway };
}

export const asking = (content: string, more: object = {}) => ({
  model: "fake",
  messages: [{ role: "user", content }],
  ...more,
});

export const cacheOf = (answer: Response): string | null => answer.headers.get("x-cache");

/** How many chats the server has run. */
export const runs = (ollama: FakeOllama): number => ollama.to("/api/chat").length;

export const stats = async (gateway: Pick<Gateway, "get">) =>
  (await (await gateway.get("/api/v1/cache/stats")).json()) as Record<string, unknown>;

/** Waits until the vector of the last answer is in the index: no request waits for that. */
export const indexed = (ollama: FakeOllama, gateway: Gateway, count = 1): Promise<void> =>
  until(() => {
    const { comparisons, embeddings } = gateway.service.load();
    return ollama.to("/api/embed").length >= count && comparisons + embeddings === 0;
  }, "the vector of the answer");
