// @ts-check
import { isLater } from "./version.mjs";

const READ = ["GET", "HEAD"];

/** @type {Record<string, string[]>} */
const ROUTES = {
  "/": READ,
  "/api/version": READ,
  "/api/tags": READ,
  "/api/ps": ["GET"],
  "/api/show": ["POST"],
  "/api/create": ["POST"],
  "/api/pull": ["POST"],
  "/api/copy": ["POST"],
  "/api/delete": ["DELETE"],
  "/api/blobs/:digest": ["POST", "HEAD"],
  "/api/me": ["POST"],
  "/api/signout": ["POST"],
  "/api/user/keys/:key": ["DELETE"],
  "/api/generate": ["POST"],
  "/api/chat": ["POST"],
  "/api/embed": ["POST"],
  "/api/embeddings": ["POST"],
  "/v1/chat/completions": ["POST"],
  "/v1/completions": ["POST"],
  "/v1/embeddings": ["POST"],
  "/v1/responses": ["POST"],
  "/v1/models": ["GET"],
  "/v1/models/:model": ["GET"],
};

/** @type {Record<string, string[]>} */
const LATER_ROUTES = {
  "/api/status": ["GET"],
  "/api/experimental/model-recommendations": ["GET"],
  "/api/experimental/web_search": ["POST"],
  "/api/experimental/web_fetch": ["POST"],
  "/v1/messages": ["POST"],
  "/v1/audio/transcriptions": ["POST"],
};

/**
 * The route that a path belongs to, with what stands at its variable part; undefined where there is
 * none.
 * @param {string} path
 * @param {import("./version.mjs").Version} version
 * @returns {{ route: string, part: string, methods: string[] } | undefined}
 */
export function routeOf(path, version) {
  const routes = isLater(version) ? { ...ROUTES, ...LATER_ROUTES } : ROUTES;
  for (const [route, methods] of Object.entries(routes)) {
    const [before = "", name] = route.split(":");
    const part = name && path.startsWith(before) ? path.slice(before.length) : "";
    const isIt = name ? part !== "" && !part.includes("/") : path === route;
    if (isIt) return { route, part: decoded(part), methods };
  }
  return undefined;
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
