import type { RouteConfig } from "@hono/zod-openapi";
import {
  ANSWER_HEADERS,
  REQUEST_HEADERS,
  type OwnHeader,
} from "../../../middleware/own-headers.ts";

type RequestHeader = keyof typeof REQUEST_HEADERS;
type AnswerHeader = keyof typeof ANSWER_HEADERS;

/** Headers that come together. */
interface Group {
  request: RequestHeader[];
  answer: AnswerHeader[];
  /** Whether answers with this status have them. */
  on: (status: number) => boolean;
}

const EVERYWHERE: Group = {
  request: ["X-Project-Name"],
  answer: ["X-Shared-Ollama-Request-Id", "Server-Timing"],
  on: () => true,
};

/** On a 405, which no operation answers: it stands in the document's introduction. */
const OUTSIDE_OF_OPERATIONS: string[] = ["Allow"] satisfies AnswerHeader[];

const cacheHeaders: RequestHeader[] = ["X-Shared-Ollama-Cache", "Cache-Control"];

/** What routes have besides. */
const GROUPS = {
  /** Requests are counted. Who may not come in at all is refused before that. */
  rateLimit: {
    request: [],
    answer: ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"],
    on: (status) => status !== 403,
  },
  /** It waits for a place, where there is a choice of before whom, and of how long. */
  waiting: {
    request: ["X-Shared-Ollama-Priority", "X-Shared-Ollama-Max-Wait"],
    answer: ["X-Shared-Ollama-Queue-Position", "X-Shared-Ollama-Expected-Wait"],
    on: (status) => status !== 403,
  },
  /** A model works on it, which may have to be loaded. */
  load: {
    request: [],
    answer: ["X-Shared-Ollama-Load-Ms"],
    on: (status) => status === 200,
  },
  /** The answer may come from the response cache. */
  cache: {
    request: cacheHeaders,
    answer: ["X-Cache", "X-Cache-Similarity", "Age"],
    on: (status) => status === 200,
  },
  /** A model answers, with a context of some size. */
  context: {
    request: [],
    answer: ["X-Shared-Ollama-Num-Ctx"],
    on: (status) => status === 200,
  },
  /** The answer may be to a prompt that was cut. */
  truncation: {
    request: [],
    answer: ["X-Shared-Ollama-Truncated"],
    on: (status) => status === 200,
  },
  /** A stream that can be resumed. */
  resumable: { request: ["Last-Event-ID"], answer: [], on: () => false },
  /** Parts of the answer may come from the response cache. */
  cacheOfItems: { request: cacheHeaders, answer: [], on: () => false },
} satisfies Record<string, Group>;

/** A route for the document. */
export type ServiceRoute = RouteConfig & {
  /** Its headers, beside those that all routes have. */
  headers?: (keyof typeof GROUPS)[];
};

type HeaderRefs = Record<string, { $ref: string }>;

/** The route with its headers, each by its name in the document's components. */
export function withHeaders({ headers = [], ...route }: ServiceRoute): RouteConfig {
  const groups = [EVERYWHERE, ...headers.map((name): Group => GROUPS[name])];
  const parameters = groups.flatMap(({ request }) => request.map(parameterRef));
  const responses = Object.entries(route.responses).map(([status, response]) => {
    const own = groups.flatMap(({ answer, on }) => (on(Number(status)) ? answer : []));
    // Those that errorResponses knows: on a status some of the codes have them.
    const others = "headers" in response ? (response.headers as HeaderRefs) : {};
    return [status, { ...response, headers: { ...headerRefs(own), ...others } }];
  });
  return { ...route, parameters, responses: Object.fromEntries(responses) };
}

/** Headers of an answer, as references to their components. */
export function headerRefs(names: AnswerHeader[]): HeaderRefs {
  return Object.fromEntries(
    names.map((name) => [name, { $ref: `#/components/headers/${componentName(name)}` }]),
  );
}

function parameterRef(name: RequestHeader): { $ref: string } {
  return { $ref: `#/components/parameters/${componentName(name)}` };
}

/** All headers of the document's routes, as its components. */
export function headerComponents() {
  const read = new Set([EVERYWHERE, ...Object.values(GROUPS)].flatMap(({ request }) => request));
  const parameters = [...read].map((name) => {
    const { about, ...rest }: OwnHeader = REQUEST_HEADERS[name];
    const parameter = { name, in: "header" as const, description: about, ...rest };
    return [componentName(name), parameter] as const;
  });
  const headers = Object.entries<OwnHeader>(ANSWER_HEADERS)
    .filter(([name]) => !OUTSIDE_OF_OPERATIONS.includes(name))
    .map(([name, { about, ...rest }]) => {
      return [componentName(name), { description: about, ...rest }] as const;
    });
  return { parameters, headers };
}

/** Generators make the name of a type of it. */
function componentName(header: string): string {
  return header.replace(/^X-/, "").replaceAll("-", "");
}
