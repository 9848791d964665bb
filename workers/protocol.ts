import type {
  CompressedImage,
  CompressOptions,
  RefusedImage,
} from "../src/images/compressed-image.ts";
import type { ImageBody, ImageBodyInput, LocatedImage } from "../src/images/image-body.ts";
import type { FormHead } from "../src/dialects/form-facts.ts";
import type { BodyFacts } from "../src/dialects/inspect-body.ts";
import type { NumCtxPlace } from "../src/dialects/num-ctx-in-body.ts";
import type { ModelReplacement } from "../src/dialects/replace-model.ts";

/** The tasks of the worker threads: name → what goes in and what comes out. Types only. */
export interface Tasks {
  /** Joins a large inference body, and reads what scheduling needs to know. */
  inspectBody: { input: Uint8Array[]; output: { body: Uint8Array; facts: BodyFacts } };
  /** The same for a body that is compressed, and stays so. */
  inspectZstd: {
    input: Uint8Array[];
    output: { ok: true; body: Uint8Array; facts: BodyFacts } | { ok: false; reason: "too_large" };
  };
  /** The same for a form (multipart/form-data). */
  inspectForm: {
    input: { pieces: Uint8Array[]; head: FormHead };
    output: { body: Uint8Array; facts: BodyFacts };
  };
  /** Has a body that is passed through name another model. */
  replaceModel: { input: ModelReplacement; output: Uint8Array };
  /** Joins and parses a body of the service's own routes, and takes its images out. */
  readImageBody: {
    input: { pieces: Uint8Array[] } & Omit<ImageBodyInput, "body">;
    output: ImageBody;
  };
  /** Finds the images of a body that is passed through, and their positions in it. */
  locateImages: {
    input: ImageBodyInput;
    output: { body: Uint8Array; images: LocatedImage[] };
  };
  /** Finds where a body that is passed through says how large a context it asks for. */
  placeOfNumCtx: {
    input: Uint8Array;
    output: { body: Uint8Array; place: NumCtxPlace | undefined };
  };
  /** Makes an image ready for the model. */
  compressImage: {
    input: { bytes: Uint8Array; options: CompressOptions };
    output: CompressedImage | RefusedImage;
  };
}

export type TaskName = keyof Tasks;
export type TaskInput<K extends TaskName> = Tasks[K]["input"];
export type TaskOutput<K extends TaskName> = Tasks[K]["output"];
