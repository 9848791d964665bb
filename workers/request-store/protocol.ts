import type { KeptRequest } from "./kept-request.ts";
import type { DatabaseTasks, Done, Refused } from "../database/protocol.ts";

/** How much is kept. */
export interface Limits {
  /** Rows and hours of so many days. */
  rowDays: number;
  /** Days of so many. */
  rollUpDays: number;
  /** Bytes over all tables; rows go first, the oldest of them. */
  maxBytes: number;
  /** In windows of so many rows quantiles are those of each request; in larger ones, of sums. */
  exactRows: number;
}

/** Requests that are written together, once, however often they are sent. */
export interface WriteBatch {
  /** Which start of the service sends it. */
  run: string;
  /** Its number within the run; they begin with 1 and rise. */
  batch: number;
  /** An array of KeptRequest. As a text it costs the main thread the least. */
  json: string;
}

/** Which requests; what is undefined holds for all. */
export interface RequestFilter {
  /** Milliseconds since 1970, by when they began: from the first, up to the second. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  project?: string | undefined;
  model?: string | undefined;
}

export interface RowsQuery extends RequestFilter {
  tenant?: string | undefined;
  status?: number | undefined;
  /** Rows behind the one of this number. */
  after?: number | undefined;
  order: "newest" | "oldest";
  limit: number;
}

/** A request as it is kept, with the number of its row. */
export interface StoredRequest extends KeptRequest {
  number: number;
}

/** Sums over requests. */
export interface Figures {
  requests: number;
  /** Those that did not complete. */
  failed: number;
  tookMs: number;
  queueMs: number;
  inferenceMs: number;
  /** What answers from the cache have saved, and how many they were. */
  savedMs: number;
  hits: number;
  inputTokens: number;
  outputTokens: number;
  bytesIn: number;
  bytesOut: number;
  images: number;
  imageBytesSaved: number;
  /** Completed requests whose tokens a second are known; the three below are sums over these. */
  measured: number;
  tokensPerSecond: number;
  loadMs: number;
  generationMs: number;
  /** When the first and the last of them began, milliseconds since 1970; undefined without any. */
  firstAtMs: number | undefined;
  lastAtMs: number | undefined;
}

/** Those of one project, model and operation that ended alike. */
export interface FigureGroup extends Figures {
  project: string;
  /** Undefined for requests without one, as `operation`. */
  model: string | undefined;
  operation: string | undefined;
  /** The error's code, else how they ended; undefined for those that completed. */
  error: string | undefined;
}

/** The requests of an hour that a model answered. */
export interface HourFigures {
  startMs: number;
  model: string | undefined;
  requests: number;
  failed: number;
  tookMs: number;
}

export interface Aggregate {
  total: Figures;
  /** Of the time that requests took, by nearest rank; undefined without any. */
  quantiles: { p50Ms: number; p95Ms: number; p99Ms: number } | undefined;
  /** Computed from each request; else from sums, quantiles within 1 %. */
  isExact: boolean;
  groups: FigureGroup[];
  /** Oldest first. */
  hours: HourFigures[];
}

/** What a project used of a model on a day (UTC). */
export interface DayUsage {
  startMs: number;
  project: string;
  model: string | undefined;
  requests: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  inferenceMs: number;
  savedMs: number;
  /** What all projects and models used that day, whatever the filter. */
  dayInferenceMs: number;
}

/** A filter with the bounds of a window. */
export type Window = RequestFilter & { fromMs: number; toMs: number };

/** Which answer with the figures of a window. */
export interface FiguresQuery extends Window {
  body: "analytics" | "metrics" | "performance";
  /** Over many lines, for people. */
  forReading?: boolean;
}

/** How usage is told. */
export interface UsageQuery extends Window {
  format: "json" | "csv";
  /** Whether each tells its share of what all used that day. */
  withShare: boolean;
}

/** The tasks of the thread that owns the requests: name → what goes in and what comes out. */
export interface RequestTasks extends DatabaseTasks<{ limits: Limits }> {
  write: { input: WriteBatch; output: Done | Refused };
  /**
   * Some of the work that is due: sums, and removing what is too old or too much.
   * @returns whether there is more.
   */
  tend: { input: { nowMs: number }; output: { ok: true; more: boolean } | Refused };
  rows: { input: RowsQuery; output: { ok: true; rows: StoredRequest[] } | Refused };
  /** The request of an id; the second undefined where there is none. */
  one: {
    input: { id: string };
    output: { ok: true; request: StoredRequest | undefined } | Refused;
  };
  /** The body of an answer, as JSON. */
  figures: { input: FiguresQuery; output: { ok: true; text: string } | Refused };
  /**
   * A page of whole days, as text that may be empty; `nextMs` is where the next one begins, undefined
   * after the last.
   */
  usage: {
    input: UsageQuery;
    output: { ok: true; text: string; nextMs: number | undefined } | Refused;
  };
  /** Removes all that is known of a project. @returns how many requests. */
  forget: { input: { project: string }; output: { ok: true; removed: number } | Refused };
}
