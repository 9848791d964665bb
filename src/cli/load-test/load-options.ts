import { wholeNumber, decimal } from "../whole-number.ts";
import { LOAD_RANGES, type LoadPlan } from "./load-plan.ts";
import type { LoadConfig } from "./load-report.ts";

/** The options of a load test, as the command line has them (contract §15). */
export const LOAD_ARGS = {
  "base-url": { type: "string", valueHint: "URL", description: "The same as --url" },
  model: { type: "string", alias: "m", valueHint: "MODEL", description: "Else the service's own" },
  prompt: {
    type: "string",
    valueHint: "TEXT",
    default: "Why is the sky blue?",
    description: "The question",
  },
  "max-tokens": {
    type: "string",
    valueHint: "COUNT",
    default: "50",
    description: "An answer's length at most",
  },
  requests: {
    type: "string",
    valueHint: "COUNT",
    description: "How many; 200 where no duration is said",
  },
  duration: {
    type: "string",
    valueHint: "SECONDS",
    default: "0",
    description: "Send for so long; 0: until all are sent",
  },
  workers: { type: "string", valueHint: "COUNT", default: "10", description: "Who send in turn" },
  concurrency: {
    type: "string",
    valueHint: "COUNT",
    description: "Requests under way at a time; else as many as workers",
  },
  "max-connections": { type: "string", valueHint: "COUNT", description: "Connections at a time" },
  keepalive: {
    type: "string",
    valueHint: "COUNT",
    description: "0: each request has a connection of its own",
  },
  delay: {
    type: "string",
    valueHint: "SECONDS",
    default: "0",
    description: "What a worker waits between two requests",
  },
  warmup: {
    type: "string",
    valueHint: "COUNT",
    default: "3",
    description: "Requests before, which do not count",
  },
  timeout: {
    type: "string",
    valueHint: "SECONDS",
    default: "300",
    description: "What an answer may take",
  },
  "health-timeout": {
    type: "string",
    valueHint: "SECONDS",
    default: "5",
    description: "What the service may take to tell how it is",
  },
  projects: {
    type: "string",
    valueHint: "COUNT",
    description: "Spread over so many projects; else as many as the service's limits need",
  },
  background: { type: "boolean", description: "Take only what interactive work leaves" },
  cache: { type: "boolean", description: "Answers may come from the response cache" },
  "sample-count": {
    type: "string",
    valueHint: "COUNT",
    default: "100",
    description: "Requests that the report shows one by one",
  },
  output: { type: "string", alias: "o", valueHint: "FILE", description: "Write the report there" },
  "skip-verify": {
    type: "boolean",
    alias: "no-verify",
    description: "Look neither at health, model nor limits first",
  },
} as const;

type LoadArgs = {
  [K in keyof typeof LOAD_ARGS]?: (typeof LOAD_ARGS)[K]["type"] extends "boolean"
    ? boolean | undefined
    : string | undefined;
};

/** What the options mean. */
export interface LoadOptions {
  plan: Omit<LoadPlan, "projects">;
  model: string | undefined;
  prompt: string;
  maxTokens: number;
  timeoutMs: number;
  healthTimeoutMs: number;
  keepAlive: boolean;
  background: boolean;
  cache: boolean;
  warmup: number;
  /** Undefined: as many as are needed. */
  projects: number | undefined;
  skipVerify: boolean;
  /** As the report shows them. */
  config: Omit<LoadConfig, "base_url" | "projects">;
}

const USUAL_REQUESTS = 200;
const SECOND_MS = 1000;

/** @throws WrongUse for a figure that is none, or lies outside its range. */
export function loadOptions(args: LoadArgs): LoadOptions {
  const whole = (flag: keyof typeof LOAD_RANGES & keyof LoadArgs): number | undefined => {
    const text = args[flag];
    return typeof text === "string" ? wholeNumber(flag, text, LOAD_RANGES[flag]) : undefined;
  };
  const seconds = (flag: "duration" | "delay" | "timeout" | "health-timeout"): number =>
    decimal(flag, args[flag] ?? LOAD_ARGS[flag].default, LOAD_RANGES[flag]);
  const workers = whole("workers") ?? Number(LOAD_ARGS.workers.default);
  const concurrency = whole("concurrency") ?? workers;
  const maxConnections = whole("max-connections");
  const keepalive = whole("keepalive");
  const [duration, delay, timeout] = [seconds("duration"), seconds("delay"), seconds("timeout")];
  const requests = whole("requests") ?? (duration > 0 ? undefined : USUAL_REQUESTS);
  const warmup = whole("warmup") ?? Number(LOAD_ARGS.warmup.default);
  const maxTokens = whole("max-tokens") ?? Number(LOAD_ARGS["max-tokens"].default);
  const samples = whole("sample-count") ?? Number(LOAD_ARGS["sample-count"].default);
  const { model } = args;
  const prompt = args.prompt ?? LOAD_ARGS.prompt.default;
  const background = args.background === true;
  const cache = args.cache === true;
  return {
    plan: {
      requests,
      durationMs: duration > 0 ? duration * SECOND_MS : undefined,
      atOnce: Math.min(
        workers,
        concurrency,
        maxConnections ?? Number.POSITIVE_INFINITY,
        requests ?? Number.POSITIVE_INFINITY,
      ),
      delayMs: delay * SECOND_MS,
      samples,
    },
    model,
    prompt,
    maxTokens,
    timeoutMs: timeout * SECOND_MS,
    healthTimeoutMs: seconds("health-timeout") * SECOND_MS,
    keepAlive: keepalive !== 0,
    background,
    cache,
    warmup,
    projects: whole("projects"),
    skipVerify: args["skip-verify"] === true,
    config: {
      model: model ?? null,
      prompt,
      workers,
      concurrency,
      max_connections: maxConnections ?? null,
      keepalive: keepalive ?? null,
      requests: requests ?? null,
      duration,
      delay,
      warmup,
      timeout,
      background,
      cache,
      max_tokens: maxTokens,
    },
  };
}
