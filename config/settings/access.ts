import { headerNames, hostPatterns, modelPatterns, originPatterns } from "../name-types.ts";
import { type SettingGroup, addresses, bool, oneOf } from "../setting-types.ts";

/** What clients may use and from where, and what is believed of them. */
export const ACCESS_SETTINGS = {
  allowedModels: modelPatterns({
    env: "ALLOWED_MODELS",
    fallback: "*",
    about: "Models that clients may use.",
  }),
  allowCloudModels: bool({
    env: "ALLOW_CLOUD_MODELS",
    fallback: false,
    about:
      "Whether clients may use models that run on other machines, such as Ollama's cloud. Of ALLOWED_MODELS only `*`, patterns that end in cloud and names with a tag mean such models.",
  }),
  allowAccountRoutes: bool({
    env: "ALLOW_ACCOUNT_ROUTES",
    fallback: false,
    about:
      "Whether clients may act for the Ollama account of this machine: /api/me, /api/signout, /api/user/keys.",
  }),
  allowExternalRoutes: bool({
    env: "ALLOW_EXTERNAL_ROUTES",
    fallback: false,
    about:
      "Whether clients may have Ollama search and fetch in the web, with the account of this machine: /api/experimental/web_search and web_fetch.",
  }),
  allowRemoteManagement: bool({
    env: "ALLOW_REMOTE_MANAGEMENT",
    fallback: false,
    about:
      "Whether clients on other machines may change what all share: create, copy, pull, push and delete models, and forget kept answers.",
  }),
  metricsAllowRemote: bool({
    env: "METRICS_ALLOW_REMOTE",
    fallback: false,
    about:
      "Whether clients on other machines may read GET /metrics, which names projects and models: where Prometheus runs elsewhere.",
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
  projectFromApiKey: bool({
    env: "PROJECT_FROM_API_KEY",
    fallback: false,
    about:
      "Whether the API key of a client that names no project makes it a tenant of its own, named by a keyed hash of the key, or as config/tenants.yaml says.",
  }),
  tenantHeaders: headerNames({
    env: "TENANT_HEADERS",
    about:
      "Headers that name a tenant beside X-Project-Name, the first one first; they go on to the inference server only where credentials do.",
  }),
  trustedProxies: addresses({
    env: "TRUSTED_PROXIES",
    about: "Proxies whose X-Forwarded-For is believed.",
  }),
} satisfies SettingGroup;
