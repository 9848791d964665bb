import { z } from "@hono/zod-openapi";
import {
  OBSOLETE_PARAMETERS,
  PARAMETER_KINDS,
} from "../../../../src/models/modelfile/parameters.ts";
import { addIssues } from "../fields.ts";
import { nativeFields } from "../generation.ts";
import { boundedObject } from "../lists.ts";

const { temperature, top_p, top_k, min_p, max_tokens, max_completion_tokens } = nativeFields;
const { seed, stop, repeat_penalty, frequency_penalty, presence_penalty } = nativeFields;
const { reasoning_effort, think, keep_alive, parallel_tool_calls, truncate } = nativeFields;

/** What of a request says how to generate. */
const Fields = z.object({
  ...{ temperature, top_p, top_k, min_p, max_tokens, max_completion_tokens, seed, stop },
  ...{ repeat_penalty, frequency_penalty, presence_penalty, reasoning_effort, think },
  ...{ keep_alive, parallel_tool_calls, truncate, options: nativeFields.options },
});

/** Ollama's own options, some of which are fields of requests too. */
function isOllamas(name: string): boolean {
  return PARAMETER_KINDS.has(name) || OBSOLETE_PARAMETERS.has(name);
}

/**
 * Generation options of an agent, as fields of a request: names of `/api/v1`, checked as there, and
 * Ollama's, which go into `options`.
 */
export const AgentOptions = () =>
  boundedObject()
    .transform((given, ctx): Record<string, unknown> => {
      const entries = Object.entries(given);
      const ours = entries.filter(([name]) => Object.hasOwn(Fields.shape, name));
      const others = entries.filter(([name]) => !Object.hasOwn(Fields.shape, name));
      for (const [name] of others) {
        if (isOllamas(name)) continue;
        ctx.addIssue({
          code: "custom",
          path: [name],
          message: "is no generation option, neither of /api/v1 nor of Ollama",
        });
        return z.NEVER;
      }
      const checked = Fields.safeParse(Object.fromEntries(ours));
      if (!checked.success) {
        addIssues(ctx, checked.error);
        return z.NEVER;
      }
      const { options, ...fields } = checked.data;
      const named = Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined));
      const ollamas = { ...Object.fromEntries(others), ...options };
      return { ...named, ...(Object.keys(ollamas).length > 0 ? { options: ollamas } : {}) };
    })
    .openapi({
      type: ["object", "null"],
      description:
        "Generation options by their names on `/api/v1`, or by Ollama's, for each of its model turns",
      example: { temperature: 0.2, num_ctx: 8192 },
    });
