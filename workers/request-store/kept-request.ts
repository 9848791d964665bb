import type { ErrorCode } from "../../src/errors/codes.ts";
import type { Dialect } from "../../src/errors/render.ts";
import type { CacheState } from "./cache-states.ts";
import type { Ending } from "./endings.ts";

/**
 * What a record is about: a request; an item of a batch; or a batch whose items have records of
 * their own, which is left out where requests are counted.
 */
export type RecordKind = "request" | "item" | "batch";

/**
 * A request that has ended, as it is kept. It holds no text of prompts or answers, and no header.
 * Milliseconds have three decimals. What is undefined is not known, or has no meaning for it.
 */
export interface KeptRequest {
  /** Of an item: its batch's, a hyphen, and its index. */
  id: string;
  kind: RecordKind;
  /** Milliseconds since 1970. */
  startedAtMs: number;
  tookMs: number;
  tenant: string;
  /** `unknown` for a client that names none. */
  project: string;
  /** The client's address, behind proxies that are trusted. */
  client: string | undefined;
  /** Method and path as the table of routes has them. */
  route: string | undefined;
  dialect: Dialect;
  operation: string | undefined;
  model: string | undefined;
  /** The origin of the inference server that was called. */
  host: string | undefined;
  /** 0 where there was no answer. */
  status: number;
  errorCode: ErrorCode | undefined;
  ended: Ending;
  /** The client had its whole answer, be it of an error. */
  isWhole: boolean;
  streamed: boolean;
  /** Of the bodies. Of one that is passed on as it comes: as its head says. */
  bytesIn: number | undefined;
  bytesOut: number;
  /** The phases of its call, as CallRecord has them. */
  queueMs: number | undefined;
  loadMs: number | undefined;
  firstMs: number | undefined;
  bodyMs: number | undefined;
  /** Requests that ran or waited before it in its line when it began to wait, if it did. */
  waitedBehind: number | undefined;
  /** It waited for a load that was begun for another; undefined where it waited for none. */
  loadShared: boolean | undefined;
  /** Tokens of context that its model ran with. */
  context: number | undefined;
  /** Its prompt was cut to fit that, as far as is told; undefined where no server was called. */
  isPromptCut: boolean | undefined;
  /** What the server says of the prompt and of the answer. */
  promptMs: number | undefined;
  generationMs: number | undefined;
  inferenceMs: number | undefined;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  tokensEstimated: boolean | undefined;
  tokensPerSecond: number | undefined;
  cache: CacheState | undefined;
  /** What the answer took that the cache had. */
  savedMs: number | undefined;
  images: number | undefined;
  imageBytesSaved: number | undefined;
}
