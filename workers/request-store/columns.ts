import { CACHE_STATES, type CacheState } from "./cache-states.ts";
import { type Ending, ENDINGS } from "./endings.ts";
import type { KeptRequest } from "./kept-request.ts";

/** How a field of a request stands in its column. */
type Form =
  /** The number of a name, in the table of names or of clients. */
  | "name"
  | "client"
  /** Three decimals, as a whole number. */
  | "thousandths"
  | "count"
  | "flag"
  | "ending"
  | "cache";

interface Column {
  column: string;
  field: keyof KeptRequest;
  form: Form;
}

/** The columns of requests, but for number, id, item and time. */
export const COLUMNS: readonly Column[] = [
  { column: "took", field: "tookMs", form: "thousandths" },
  { column: "tenant", field: "tenant", form: "client" },
  { column: "client", field: "client", form: "client" },
  { column: "project", field: "project", form: "name" },
  { column: "route", field: "route", form: "name" },
  { column: "dialect", field: "dialect", form: "name" },
  { column: "operation", field: "operation", form: "name" },
  { column: "model", field: "model", form: "name" },
  { column: "host", field: "host", form: "name" },
  { column: "error", field: "errorCode", form: "name" },
  { column: "status", field: "status", form: "count" },
  { column: "ended", field: "ended", form: "ending" },
  { column: "whole", field: "isWhole", form: "flag" },
  { column: "streamed", field: "streamed", form: "flag" },
  { column: "bytes_in", field: "bytesIn", form: "count" },
  { column: "bytes_out", field: "bytesOut", form: "count" },
  { column: "queue", field: "queueMs", form: "thousandths" },
  { column: "load", field: "loadMs", form: "thousandths" },
  { column: "first", field: "firstMs", form: "thousandths" },
  { column: "body", field: "bodyMs", form: "thousandths" },
  { column: "prompt", field: "promptMs", form: "thousandths" },
  { column: "generation", field: "generationMs", form: "thousandths" },
  { column: "inference", field: "inferenceMs", form: "thousandths" },
  { column: "tokens_in", field: "inputTokens", form: "count" },
  { column: "tokens_out", field: "outputTokens", form: "count" },
  { column: "estimated", field: "tokensEstimated", form: "flag" },
  { column: "rate", field: "tokensPerSecond", form: "thousandths" },
  { column: "cache", field: "cache", form: "cache" },
  { column: "saved", field: "savedMs", form: "thousandths" },
  { column: "images", field: "images", form: "count" },
  { column: "image_bytes_saved", field: "imageBytesSaved", form: "count" },
  { column: "behind", field: "waitedBehind", form: "count" },
  { column: "load_shared", field: "loadShared", form: "flag" },
  { column: "context", field: "context", form: "count" },
  { column: "cut", field: "isPromptCut", form: "flag" },
];

/** The largest number of a column, so that no sum of them overflows. */
const LARGEST = 1e12;

/** A value that needs no table of names, as it is written. */
export function written(form: Form, value: KeptRequest[keyof KeptRequest]): number | null {
  if (value === undefined || value === null) return null;
  switch (form) {
    case "thousandths":
      return whole(Number(value) * 1000);
    case "count":
      return whole(Number(value));
    case "flag":
      return value === true ? 1 : 0;
    case "ending":
      return ENDINGS.indexOf(value as Ending);
    case "cache":
      return CACHE_STATES.indexOf(value as CacheState);
    case "name":
    case "client":
      throw new Error("a name has a number in its table");
  }
}

/** The value of a column; of a name, what its table has. */
export function read(form: Form, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  switch (form) {
    case "thousandths":
      return Number(value) / 1000;
    case "flag":
      return value === 1;
    case "ending":
      return ENDINGS[Number(value)];
    case "cache":
      return CACHE_STATES[Number(value)];
    case "count":
    case "name":
    case "client":
      return value;
  }
}

function whole(value: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, Math.round(value)));
}
