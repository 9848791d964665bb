/** What `start --background --json` writes. */
export interface StartReport {
  /** False: it ran already. */
  started: boolean;
  pid: number;
  url: string;
  status: string;
  /** Where its words go; null where another has started it. */
  log: string | null;
  missing_models: string[];
}

export const STARTED_SHAPE = {
  type: "object",
  required: ["started", "pid", "url", "status", "log", "missing_models"],
  additionalProperties: false,
  properties: {
    started: { type: "boolean", description: "false: it ran already" },
    pid: { type: "integer" },
    url: { type: "string" },
    status: { enum: ["starting", "healthy", "unhealthy", "stopping"] },
    log: { type: ["string", "null"], description: "Where its words go; null: it ran already" },
    missing_models: { type: "array", items: { type: "string" }, description: "Required models" },
  },
};
