import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { tracesEndpoint } from "../../../config/traces.ts";
import { modelsYamlWith } from "../../support/config.ts";

const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
const ON = { [ENDPOINT]: "http://127.0.0.1:4318" };

const load = (env: Record<string, string>) =>
  loadConfig({ env, modelsYaml: modelsYamlWith({}, {}) });

describe("OpenTelemetry's variables", () => {
  it.each<[string, Record<string, string>]>([
    ["OTEL_EXPORTER_OTLP_PROTOCOL", { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }],
    ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf" }],
    [ENDPOINT, { [ENDPOINT]: "localhost:4318" }],
    [ENDPOINT, { [ENDPOINT]: "http://" }],
    [ENDPOINT, { [ENDPOINT]: '"http://127.0.0.1:4318"' }],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", { OTEL_EXPORTER_OTLP_TIMEOUT: "10s" }],
    ["OTEL_EXPORTER_OTLP_COMPRESSION", { OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" }],
    ["OTEL_TRACES_SAMPLER", { OTEL_TRACES_SAMPLER: "sometimes" }],
    ["OTEL_TRACES_SAMPLER_ARG", { OTEL_TRACES_SAMPLER_ARG: "1.5" }],
    ["OTEL_TRACES_EXPORTER", { OTEL_TRACES_EXPORTER: "zipkin" }],
    ["OTEL_BSP_MAX_QUEUE_SIZE", { OTEL_BSP_MAX_QUEUE_SIZE: "1000000" }],
  ])("say what they take: %s", (name, env) => {
    expect(() => load({ ...ON, ...env })).toThrow(new RegExp(`- ${name}=.*: expected `));
  });

  it.each<Record<string, string>>([
    { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    { OTEL_EXPORTER_OTLP_PROTOCOL: " " },
    { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://user:key@collector.example/v1/traces" },
  ])("are taken: %j", (env) => {
    expect(() => load({ ...ON, ...env })).not.toThrow();
  });

  it("do not matter where nothing is traced", () => {
    const others = { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_TRACES_EXPORTER: "console" };
    expect(() => load(others)).not.toThrow();
    expect(() => load({ ...ON, ...others, OTEL_SDK_DISABLED: "true" })).not.toThrow();
  });
});

it.each<[Record<string, string>, string | undefined]>([
  [{}, undefined],
  [{ [ENDPOINT]: " " }, undefined],
  [ON, ON[ENDPOINT]],
  [{ ...ON, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://a/b" }, "http://a/b"],
  [{ ...ON, OTEL_SDK_DISABLED: "true" }, undefined],
  [{ ...ON, OTEL_SDK_DISABLED: "false" }, ON[ENDPOINT]],
  [{ ...ON, OTEL_TRACES_EXPORTER: "none" }, undefined],
])("with %j traces go to %s", (env, endpoint) => {
  expect(tracesEndpoint(env)).toBe(endpoint);
});
