import { z } from "@hono/zod-openapi";

/** A value as it came, which a response shows, and what it asks for. */
export interface Read<Shown, Asked> {
  shown: Shown;
  asked: Asked;
}

/**
 * Reads a value as chat's schema does, once it is written as chat has it: what the Responses API has
 * flat stands there under a name.
 */
export function readAs<Shown, Asked>(schema: z.ZodType<Asked>, toChat: (shown: Shown) => unknown) {
  return (shown: Shown, ctx: z.RefinementCtx): Read<Shown, Asked> => {
    const read = schema.safeParse(toChat(shown));
    if (read.success) return { shown, asked: read.data };
    for (const { message, path } of read.error.issues) {
      // Without that name it is the place in what the client has sent.
      ctx.addIssue({ code: "custom", message, path: path.slice(1) });
    }
    return z.NEVER;
  };
}
