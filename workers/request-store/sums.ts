import type { Figures } from "./protocol.ts";

/** Milliseconds to microseconds, and so on, in what is told. */
const THOUSAND = 1000;

interface Sum {
  column: string;
  field: keyof Figures;
  /** Of one request, as SQL on its row. */
  of: string;
  /** What the number in the file is divided by. */
  unit: number;
}

/** Completed, with tokens a second. */
const MEASURED = "(ended = 0 AND rate IS NOT NULL)";
const ofMeasured = (column: string): string => `iif(${MEASURED}, coalesce(${column}, 0), 0)`;
const of = (column: string): string => `coalesce(${column}, 0)`;

/** What is summed over requests, hours and days. */
export const SUMS: readonly Sum[] = [
  { column: "requests", field: "requests", of: "1", unit: 1 },
  { column: "took", field: "tookMs", of: "took", unit: THOUSAND },
  { column: "queue", field: "queueMs", of: of("queue"), unit: THOUSAND },
  { column: "inference", field: "inferenceMs", of: of("inference"), unit: THOUSAND },
  { column: "saved", field: "savedMs", of: of("saved"), unit: THOUSAND },
  { column: "hits", field: "hits", of: "coalesce(cache, 0) >= 2", unit: 1 },
  { column: "tokens_in", field: "inputTokens", of: of("tokens_in"), unit: 1 },
  { column: "tokens_out", field: "outputTokens", of: of("tokens_out"), unit: 1 },
  { column: "bytes_in", field: "bytesIn", of: of("bytes_in"), unit: 1 },
  { column: "bytes_out", field: "bytesOut", of: of("bytes_out"), unit: 1 },
  { column: "images", field: "images", of: of("images"), unit: 1 },
  { column: "image_bytes_saved", field: "imageBytesSaved", of: of("image_bytes_saved"), unit: 1 },
  { column: "measured", field: "measured", of: MEASURED, unit: 1 },
  { column: "rate", field: "tokensPerSecond", of: ofMeasured("rate"), unit: THOUSAND },
  { column: "load", field: "loadMs", of: ofMeasured("load"), unit: THOUSAND },
  { column: "generation", field: "generationMs", of: ofMeasured("generation"), unit: THOUSAND },
];

/** Names of the columns. */
export const SUM_COLUMNS = SUMS.map(({ column }) => column);

/** What requests are told apart by, as SQL on a row; 0 for a name that is none. */
export const KEYS = {
  project: "project",
  model: "coalesce(model, 0)",
  operation: "coalesce(operation, 0)",
  error: "iif(ended = 0, 0, coalesce(error, -1 - ended))",
} as const;
