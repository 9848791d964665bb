import type { KeepAliveMs } from "../values/keep-alive.ts";
import type { RawOptions } from "../values/options.ts";
import type { Think } from "../values/think.ts";

/** What generate and chat have in common. */
type Common = {
  readonly model: string;
  readonly keepAliveMs: KeepAliveMs;
  readonly options: RawOptions;
  /** As sent; read once a model is there, as Ollama does. */
  readonly format: unknown;
  readonly think: Think;
  readonly truncate: boolean;
  readonly shift: boolean;
};

export type GenerateRequest = Common & {
  readonly prompt: string;
  readonly system: string;
  readonly suffix: string;
  readonly raw: boolean;
  readonly template: string;
  readonly context: boolean;
  readonly imageCount: number;
};

export type Message = {
  readonly role: string;
  readonly content: string;
  readonly imageCount: number;
};

export type ChatRequest = Common & {
  readonly messages: readonly Message[];
  readonly tools: boolean;
};

export type EmbedInput = {
  readonly model: string;
  readonly keepAliveMs: KeepAliveMs;
  readonly options: RawOptions;
};
