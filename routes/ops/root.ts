import { parseAccept } from "hono/utils/accept";
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
    switch (preferredType(exchange.header("accept") ?? "*/*")) {
      case "text/html":
        return c.redirect("/api/docs");
      case "application/json":
        return answerJson(c, {
          service: "Shared Ollama Service",
          version,
          docs: "/api/docs",
          health: "/api/v1/health",
        });
      case "text/plain":
        return passThrough(c);
    }
  };
}

type RootType = "text/plain" | "text/html" | "application/json";

/**
 * The type of the three that an Accept header likes best. Of those it likes alike, JSON is the last:
 * HTTP libraries name it beside everything else without meaning it. The greeting goes before a page
 * unless the page was named before it, as browsers that show only text do.
 */
function preferredType(accept: string): RootType {
  const ranges = parseAccept(accept);
  const weightOf = (type: RootType) => {
    // The narrowest range decides, whatever the wider ones say.
    const [range] = [type, type.replace(/\/.*/, "/*"), "*/*"].flatMap(
      (name) => ranges.find((one) => one.type.toLowerCase() === name) ?? [],
    );
    return { quality: range?.q ?? 0, place: range ? ranges.indexOf(range) : Infinity };
  };
  const greeting = weightOf("text/plain");
  const page = weightOf("text/html");
  const card = weightOf("application/json");
  if (card.quality > Math.max(page.quality, greeting.quality)) return "application/json";
  const isLikedBest = page.quality > 0 && page.quality >= greeting.quality;
  const isFirst = page.quality > greeting.quality || page.place < greeting.place;
  return isLikedBest && isFirst ? "text/html" : "text/plain";
}
