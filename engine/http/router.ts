import { posix } from "node:path";
import type { Exchange } from "./exchange.ts";

export type Handler = (exchange: Exchange) => void | Promise<void>;

/** `path` is exact; a last segment `:name` takes any one segment. */
export type Route = {
  readonly methods: readonly string[];
  readonly path: string;
  readonly handler: Handler;
};

const PLAIN = { "content-type": "text/plain" };

/** Finds the handler of a request, and answers requests without one as Ollama's router does. */
export class Router {
  readonly #routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
  }

  async handle(exchange: Exchange): Promise<void> {
    const { method, path } = exchange;
    const clean = cleaned(path);
    if (clean !== path) return exchange.send(301, { location: clean });
    const matches = this.#matches(path);
    const route = matches.find(({ methods }) => methods.includes(method));
    if (route) {
      exchange.parameter = decodeURIComponentSafely(path.slice(path.lastIndexOf("/") + 1));
      return route.handler(exchange);
    }
    if (path.endsWith("/") && this.#serves(method, path.slice(0, -1))) {
      return exchange.send(method === "GET" ? 301 : 307, { location: path.slice(0, -1) });
    }
    if (matches.length === 0) return exchange.send(404, PLAIN, "404 page not found");
    const allow = matches.flatMap(({ methods }) => methods).join(", ");
    return exchange.send(405, { ...PLAIN, allow }, "405 method not allowed");
  }

  #matches(path: string): Route[] {
    return this.#routes.filter((route) => {
      if (!route.path.includes(":")) return route.path === path;
      const prefix = route.path.slice(0, route.path.indexOf(":"));
      const rest = path.slice(prefix.length);
      return path.startsWith(prefix) && rest !== "" && !rest.includes("/");
    });
  }

  #serves(method: string, path: string): boolean {
    return this.#matches(path).some(({ methods }) => methods.includes(method));
  }
}

/** Go's path cleaning: no `//`, `.` or `..`; a slash at the end stays. */
function cleaned(path: string): string {
  const plain = posix.normalize(path.startsWith("/") ? path : `/${path}`);
  return plain;
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
