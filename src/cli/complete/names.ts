import { answered, createApi, type Api } from "../api.ts";
import { installedNames } from "../models/installed-names.ts";

/** What a word may become, and what that means. */
export interface Suggestion {
  value: string;
  about: string;
}

/** A shell that waits longer seems to hang. */
const PATIENCE_MS = 300;

/** A name that no shell reads as an option or a hint, and that shows as what it is. */
const PLAIN_NAME = /^[^-:\s\p{C}][^\p{C}]*$/u;

/** What the value hints of options and words stand for, where somebody knows the names. */
const SOURCES = {
  MODEL: async (api: Api) => (await installedNames(api, PATIENCE_MS)).map((value) => named(value)),
  AGENT: async (api: Api) => {
    const { agents } = await answered(api.GET("/api/v1/agents", { signal: patience() }));
    return agents.map(({ name, role }) => named(name, role));
  },
  REQUEST: async (api: Api) => {
    const params = { query: { limit: 20 } };
    const call = api.GET("/api/v1/requests", { params, signal: patience() });
    const { running, requests } = await answered(call);
    return [...running, ...requests].map(({ request_id: id, operation, model }) =>
      named(id, `${operation} ${model}`),
    );
  },
  RUN: async (api: Api) => {
    const { runs } = await answered(api.GET("/api/v1/agents/runs", { signal: patience() }));
    return runs.map(({ id, agent, status }) => named(id, `${agent} ${status}`));
  },
  CLIENT: async () => {
    const { CLIENTS } = await import("../connect/clients.ts");
    return CLIENTS.map(({ name, title }) => named(name, title));
  },
} satisfies Record<string, (api: Api) => Promise<Suggestion[]>>;

type NameKind = keyof typeof SOURCES;

/**
 * The names for value hints, by hint; a hint that stands for none has none.
 * What the service does not say within 300 ms is left out, and what is no name.
 */
export async function suggestionsFor(
  hints: Iterable<string>,
  { url, project }: { url: string; project: string | undefined },
): Promise<Map<string, Suggestion[]>> {
  const api = createApi({ url, project });
  const kinds = [...new Set(hints)].filter((hint): hint is NameKind =>
    Object.hasOwn(SOURCES, hint),
  );
  const found = kinds.map(async (kind): Promise<[string, Suggestion[]]> => {
    try {
      return [kind, (await SOURCES[kind](api)).filter(isPlain)];
    } catch {
      return [kind, []];
    }
  });
  return new Map(await Promise.all(found));
}

function patience(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}

/** Whoever answers at the address may be no service. */
function isPlain({ value, about }: Record<keyof Suggestion, unknown>): boolean {
  return typeof value === "string" && PLAIN_NAME.test(value) && typeof about === "string";
}

function named(value: string, about = ""): Suggestion {
  return { value, about };
}
