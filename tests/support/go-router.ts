/** What a server in Go does with a request's target, as far as tests compare with it. */
export type GoRoute =
  | { kind: "refused" } // net/http answers 400 before any route is looked for
  | { kind: "redirected" } // ServeMux sends a path to its cleaned form, gin one to its slashless form
  | { kind: "routed"; path: string } // the handler of this route runs
  | { kind: "unrouted"; path: string }; // 404 or 405

/** Ollama's routes that take a POST and run a model, of all versions since 0.13.5. */
export const INFERENCE_ROUTES = [
  "/api/generate",
  "/api/chat",
  "/api/embed",
  "/api/embeddings",
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/responses",
  "/v1/messages",
  "/v1/audio/transcriptions",
  "/v1/images/generations",
];

/**
 * Reads a target as net/url, ServeMux and gin do (Go 1.24: `url.ParseRequestURI`, `cleanPath`,
 * gin with `UseRawPath` off and `RedirectTrailingSlash` on).
 * @param target one character a byte.
 */
export function goRoute(target: string): GoRoute {
  const path = pathOf(target);
  if (path === undefined) return { kind: "refused" };
  if (cleaned(path) !== path) return { kind: "redirected" };
  if (INFERENCE_ROUTES.includes(path)) return { kind: "routed", path };
  const slashless = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  return INFERENCE_ROUTES.includes(slashless) ? { kind: "redirected" } : { kind: "unrouted", path };
}

function pathOf(target: string): string | undefined {
  if (target === "" || /[\0-\x20\x7f]/.test(target)) return undefined;
  if (target === "*") return "*";
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(target)?.[0] ?? "";
  const [beforeQuery = ""] = target.slice(scheme.length).split("?", 1);
  if (!beforeQuery.startsWith("/")) return undefined;
  const isAbsolute = scheme !== "" && beforeQuery.startsWith("//");
  const path = isAbsolute ? beforeQuery.replace(/^\/\/[^/]*/, "") : beforeQuery;
  return unescaped(path);
}

function unescaped(path: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  return path.replaceAll(/%(..)/g, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** `path.Clean`, which keeps a slash at the end. */
function cleaned(path: string): string {
  if (path === "") return "/";
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") kept.pop();
    else kept.push(segment);
  }
  return `/${kept.join("/")}${path.endsWith("/") && kept.length > 0 ? "/" : ""}`;
}
