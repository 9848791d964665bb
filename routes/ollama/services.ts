import type { ManageAccess } from "../../src/access/manage-access.ts";
import type { CachedBytes } from "../../src/cache/cached-bytes.ts";
import type { ImageFacts } from "../../src/images/image-compressor.ts";
import type { FormHead } from "../../src/dialects/form-facts.ts";
import type { ModelReplacement } from "../../src/dialects/replace-model.ts";
import type { BodyFacts } from "../../src/dialects/inspect-body.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import type { ModelAliases } from "../../src/models/model-aliases.ts";
import type { ForwardedHeaders } from "../../src/http/hop-headers.ts";
import type { FindNumCtx } from "./lane-body.ts";
import type { PathKind } from "./path-kind.ts";
import type { BodyLimit } from "../../src/http/body-limit.ts";
import type { Caller } from "../../src/runtime/caller.ts";
import type { Transport } from "../../src/http/transport.ts";
import type { Host } from "../../src/hosts/host.ts";
import type { InferencePipeline } from "../../src/inference/pipeline.ts";

/** A body in one piece, and what is to be known of it. */
export interface Inspected {
  body: Uint8Array;
  facts: BodyFacts;
}

/** Has a large body joined and read on a thread, which gives it back. */
type InspectOnThread = (caller: Caller) => Promise<Inspected>;

/** What passing through works with. */
export interface PassThroughServices {
  transport: Transport;
  pipeline: Pick<InferencePipeline, "withPlace">;
  /** For what takes no place. */
  upstream: Host;
  catalog: Pick<
    ModelCatalog,
    "allowsRemote" | "assertAllowed" | "invalidate" | "isRemote" | "isRestricted"
  >;
  aliases: Pick<ModelAliases, "modelFor">;
  /** Joins a body's pieces and reads its facts, for large ones on a worker thread. */
  inspect: (pieces: Uint8Array[]) => Inspected | InspectOnThread;
  /**
   * The same for a body that is compressed, and stays so, always on a thread.
   * @throws ServiceError `request_too_large` where it would be too large for Ollama.
   */
  inspectZstd: (pieces: Uint8Array[], caller: Caller) => Promise<Inspected>;
  /** The same for a form (multipart/form-data). */
  inspectForm: (pieces: Uint8Array[], head: FormHead, caller: Caller) => Promise<Inspected>;
  /** A body with another model, large and encoded ones made on a worker thread. */
  replaceModel: (replacement: ModelReplacement, caller: Caller) => Uint8Array | Promise<Uint8Array>;
  /** Compresses the images of a body, which comes back in pieces. */
  compressImages: (
    body: Uint8Array,
    caller: Caller,
  ) => Promise<{ pieces: Uint8Array[]; facts: ImageFacts[] }>;
  /** Undefined unless bodies on `/api` follow their models' lanes (CONTEXT_LANES=all). */
  findNumCtx: FindNumCtx | undefined;
  /** The response cache, for requests that ask for it; undefined where it is off. */
  cached: CachedBytes | undefined;
  /** Which of a client's headers go on, where nothing leaves the machine of the server. */
  headers: ForwardedHeaders;
  /** Of the kinds that are refused unless the operator allows them, the allowed ones. */
  allowedKinds: ReadonlySet<PathKind>;
  manageAccess: Pick<ManageAccess, "assert">;
  limits: {
    management: BodyLimit;
    inference: BodyLimit;
  };
}
