/** The option of a command that carries out a plan. */
export const PLAN_ARG = {
  plan: { type: "boolean", description: "Only write what would be done, as lines for a shell" },
} as const;

/** How `--json` writes a plan. */
export const PLAN_SHAPE = {
  does: { type: "string" },
  steps: {
    type: "array",
    items: {
      oneOf: [
        {
          type: "object",
          required: ["kind", "path", "text", "mode"],
          additionalProperties: false,
          properties: {
            kind: { const: "write" },
            path: { type: "string" },
            text: { type: "string" },
            mode: { type: "integer", description: "The file's rights" },
          },
        },
        {
          type: "object",
          required: ["kind", "path"],
          additionalProperties: false,
          properties: { kind: { enum: ["remove", "folder"] }, path: { type: "string" } },
        },
        {
          type: "object",
          required: ["kind", "command"],
          additionalProperties: false,
          properties: {
            kind: { const: "run" },
            command: { type: "array", items: { type: "string" } },
            mayFail: { const: true },
          },
        },
      ],
    },
  },
  notes: { type: "array", items: { type: "string" } },
} as const;
