import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../../config/schema.ts";
import { misspeltSettings } from "../../../config/misspelt.ts";

const meantBy = (name: string): string | undefined => {
  const [found] = misspeltSettings({ [name]: "1" });
  return found ? (found.meant ?? "nothing") : undefined;
};

describe("misspeltSettings", () => {
  it.each([
    ["API_PROT", "API_PORT"],
    ["api_prot", "API_PORT"],
    ["SHARED_OLAMA_HOME", "SHARED_OLLAMA_HOME"],
    ["OLLAMA_HOSTS", "OLLAMA_HOST"],
    ["QUEUE_CHAT_MAX_QUEUESIZE", "QUEUE_CHAT_MAX_QUEUE_SIZE"],
    ["RESPONSE_CACHE_COLOUR", "nothing"],
  ])("takes %s for %s", (name, meant) => {
    expect(meantBy(name)).toBe(meant);
  });

  it.each([
    "PATH",
    "API_KEY",
    "OPENAI_API_KEY",
    "IMAGE_TAG",
    "OLLAMA_DEBUG",
    "OLLAMA_TMPDIR",
    "OLLAMA_LLM_LIBRARY",
    "OLLAMA_API_BASE",
    "SHARED_OLLAMA_URL",
    "OLLAMA_FLASH_ATTENTION",
    "CLIENT_VERBOSE",
    "OTEL_SERVICE_NAME",
  ])("says nothing of %s", (name) => {
    expect(meantBy(name)).toBeUndefined();
  });

  it("takes no setting for another one", () => {
    const all = Object.fromEntries(Object.values(SETTINGS).map(({ env }) => [env, "1"]));
    expect(misspeltSettings(all)).toEqual([]);
  });
});
