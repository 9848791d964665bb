import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../../middleware/env.ts";
import type { CachedRunner } from "../../src/cache/cached-runner.ts";
import type { PromptLimit } from "../../src/dialects/prompt-limit.ts";
import type { BodyLimit } from "../../src/http/body-limit.ts";
import type { ImageBodyReader } from "../../src/images/image-body.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import type { DefaultModels } from "../../src/models/default-models.ts";
import type { ModelAliases } from "../../src/models/model-aliases.ts";
import type { Deadlines } from "../../src/runtime/deadlines.ts";
import type { RequestRecord } from "../../src/requests/request-record.ts";
import type { LineName } from "../../src/scheduling/fair-queue.ts";

/** The guards of a route, which its requests pass before its handler. */
export interface Guards {
  /** Requests a minute on a route. */
  rate: (route: string, perMinute: number) => MiddlewareHandler<AppEnv>;
  /** Lets those pass who may change what all clients share. */
  mayManage: MiddlewareHandler<AppEnv>;
  /** The tenant's places for text, and for requests with images. */
  tenantText: MiddlewareHandler<AppEnv>;
  tenantVision: MiddlewareHandler<AppEnv>;
  /** The same for a route that learns from its body which of them it needs. */
  holdPlace: (record: RequestRecord, line: LineName) => void;
}

/** What chooses the model of a request. */
export interface ModelChoice {
  aliases: Pick<ModelAliases, "modelFor">;
  catalog: Pick<ModelCatalog, "assertAllowed">;
  defaults: Pick<DefaultModels, "assertCanSee" | "text" | "vision">;
  promptLimit: PromptLimit;
}

/** What routes work with whose requests are answered by a model, and batches of them. */
export interface GenerationServices extends ModelChoice {
  guards: Guards;
  /** Asks the response cache first, where it is on. */
  runner: Pick<CachedRunner, "answer" | "stream">;
  /** Parses a body and takes its images out, large ones on a worker thread. */
  readImages: ImageBodyReader;
  /** How much of a body is read. */
  bodyLimits: Record<LineName, BodyLimit>;
  /** When a stream's client is told that it waits. */
  notices: {
    deadlines: Pick<Deadlines, "after">;
    /** Milliseconds; 0: never. */
    afterMs: number;
  };
  /** Tells the log of a failure that could only be shown inside a stream. */
  onStreamError: (err: unknown, requestId: string) => void;
}
