import { z } from "zod";
import { anyText, matching, oneOfWords, positives, type Values } from "./go-values.ts";
import type { HandedOn } from "./handed-on.ts";

type Env = Record<string, string | undefined>;

const urls: Values = {
  schema: z.string().refine((text) => URL.canParse(text) && /^https?:\/\//.test(text)),
  range: "URL with http or https",
};

/** One of these is what turns traces on: the first that is set. */
const ENDPOINTS = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/** A variable for all that goes to a collector, and the one for traces, which wins over it. */
function both(name: string, rest: Omit<HandedOn, "env">): HandedOn[] {
  return [
    { env: `OTEL_EXPORTER_OTLP_${name}`, ...rest },
    { env: `OTEL_EXPORTER_OTLP_TRACES_${name}`, ...rest, about: "The same, for traces alone." },
  ];
}

/** OpenTelemetry's variables that traces go by. Its library reads them, save where it does not. */
export const TRACES: HandedOn[] = [
  {
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    ...urls,
    about: "The collector that traces are sent to, at `/v1/traces` below it; unset: no traces.",
  },
  {
    env: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ...urls,
    about: "The same for traces alone, with its whole path.",
  },
  {
    env: "OTEL_SDK_DISABLED",
    ...oneOfWords("true", "false"),
    about: "No traces, whatever else is set.",
  },
  {
    env: "OTEL_TRACES_EXPORTER",
    ...oneOfWords("otlp", "none"),
    about: "`none`: no traces, whatever else is set.",
  },
  ...both("PROTOCOL", {
    ...oneOfWords("http/json"),
    about: "How traces are sent; there is no other way.",
  }),
  ...both("HEADERS", {
    ...anyText("name=value, with commas between"),
    about: "Headers to send with them, such as the collector's key.",
  }),
  ...both("TIMEOUT", { ...positives, about: "Milliseconds to try to send a batch." }),
  ...both("COMPRESSION", { ...oneOfWords("none", "gzip"), about: "How batches are compressed." }),
  ...both("CERTIFICATE", {
    ...anyText("file"),
    about: "The certificate that the collector's is to be signed by.",
  }),
  { env: "OTEL_SERVICE_NAME", ...anyText("text"), about: "The name of the service in traces." },
  {
    env: "OTEL_RESOURCE_ATTRIBUTES",
    ...anyText("name=value, with commas between"),
    about: "What else is to be said of the service, such as `deployment.environment.name=lab`.",
  },
  {
    env: "OTEL_TRACES_SAMPLER",
    ...oneOfWords(
      "always_on",
      "always_off",
      "traceidratio",
      "parentbased_always_on",
      "parentbased_always_off",
      "parentbased_traceidratio",
    ),
    about: "Which requests are traced; default `parentbased_always_on`.",
  },
  {
    env: "OTEL_TRACES_SAMPLER_ARG",
    ...matching(/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/, "0–1"),
    about: "The share of them, for a sampler with `traceidratio`.",
  },
  {
    env: "OTEL_BSP_MAX_QUEUE_SIZE",
    // At the stop all of them are sent at once, and no more batches can be.
    ...matching(/^0*(?:[1-9]\d{0,3}|10000)$/, "1–10000"),
    about: "Spans that may wait to be sent; default 2048.",
  },
  {
    env: "OTEL_BSP_SCHEDULE_DELAY",
    ...positives,
    about: "Milliseconds that a span may wait for others; default 5000.",
  },
];

/** Where traces are sent; undefined where there are none. */
export function tracesEndpoint(env: Env): string | undefined {
  if (env["OTEL_SDK_DISABLED"] === "true" || env["OTEL_TRACES_EXPORTER"] === "none") {
    return undefined;
  }
  return ENDPOINTS.map((name) => env[name] ?? "").find((url) => url.trim() !== "");
}
