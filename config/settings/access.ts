import { hostPatterns, modelPatterns, originPatterns } from "../name-types.ts";
import { type SettingGroup, addresses, oneOf } from "../setting-types.ts";

/** What clients may use and from where, and what is believed of them. */
export const ACCESS_SETTINGS = {
  allowedModels: modelPatterns({
    env: "ALLOWED_MODELS",
    fallback: "*",
    about: "Models that clients may use.",
  }),
  allowedHosts: hostPatterns({
    env: "ALLOWED_HOSTS",
    about: "Further names that clients may reach the service by (Host header).",
  }),
  ollamaOrigins: originPatterns({
    env: "OLLAMA_ORIGINS",
    about: "Further web origins that may call the service, beside Ollama's built-in list.",
  }),
  forwardAuth: oneOf({
    env: "FORWARD_AUTH",
    fallback: "auto",
    values: ["auto", "always", "never"],
    about:
      "Whether clients' Authorization, X-Api-Key and Api-Key headers go on to the inference server; auto: only to an OLLAMA_BASE_URL that is not on this machine. With requests for cloud models they never do.",
  }),
  trustedProxies: addresses({
    env: "TRUSTED_PROXIES",
    about: "Proxies whose X-Forwarded-For is believed.",
  }),
} satisfies SettingGroup;
