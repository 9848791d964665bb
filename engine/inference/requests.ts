import type { Turn } from "../templates/turn.ts";
import type { OfferedTool } from "../tools/offered-tools.ts";
import type { KeepAliveMs } from "../values/keep-alive.ts";
import type { RawOptions } from "../values/options.ts";
import type { Think } from "../values/think.ts";

/** The fields that generate and chat have in common. */
type Common = {
  readonly model: string;
  readonly keepAliveMs: KeepAliveMs;
  readonly options: RawOptions;
  /** As sent. It is parsed once a model is loaded, as in Ollama. */
  readonly format: unknown;
  readonly think: Think;
  readonly truncate: boolean;
  readonly shift: boolean;
  /** How many alternatives to rate beside each token of the answer; `undefined`: rate no token. */
  readonly logprobs: number | undefined;
};

export type GenerateRequest = Common & {
  readonly prompt: string;
  readonly system: string;
  readonly suffix: string;
  readonly raw: boolean;
  readonly template: string;
  /** Tokens of an earlier exchange, as its last line gave them. */
  readonly context: readonly number[] | undefined;
  readonly imageCount: number;
};

export type Message = Turn & { readonly imageCount: number };

export type ChatRequest = Common & {
  readonly messages: readonly Message[];
  readonly tools: readonly OfferedTool[];
};

export type EmbedInput = {
  readonly model: string;
  readonly keepAliveMs: KeepAliveMs;
  readonly options: RawOptions;
};
