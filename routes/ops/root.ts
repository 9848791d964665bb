import type { AppContext } from "../../middleware/env.ts";
import { answerJson } from "../answer-json.ts";

interface RootOptions {
  version: string;
  /** Ollama's own answer at `/`. */
  passThrough: (c: AppContext) => Promise<Response>;
}

/**
 * `GET /` (HEAD is passed on): browsers go to the documentation, programs that ask for JSON get the service's card,
 * everyone else what Ollama answers, since clients probe for its greeting.
 */
export function root({ version, passThrough }: RootOptions) {
  return async function root(c: AppContext): Promise<Response> {
    const exchange = c.get("exchange");
    if (exchange.method === "HEAD") return passThrough(c);
    const accept = exchange.header("accept") ?? "";
    if (accept.includes("text/html")) return c.redirect("/api/docs");
    if (!accept.includes("application/json")) return passThrough(c);
    return answerJson(c, {
      service: "Shared Ollama Service",
      version,
      docs: "/api/docs",
      health: "/api/v1/health",
    });
  };
}
