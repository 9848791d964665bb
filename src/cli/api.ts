import createClient, { type Client } from "openapi-fetch";
import { onBun } from "../runtime/on-bun.ts";
import type { paths } from "./api-types.d.ts";
import { inCommands } from "./in-commands.ts";
import { CliError, NotFound, NotRunning, TooMany, WrongUse } from "./cli-error.ts";

interface ApiOptions {
  url: string;
  project: string | undefined;
}

/** The service's routes, with the types of docs/openapi.json. */
export type Api = Client<paths>;

/** Every path of it asks the service at this address. */
export function createApi({ url, project }: ApiOptions): Api {
  return createClient<paths>({
    baseUrl: url,
    headers: project === undefined ? {} : { "X-Project-Name": project },
    fetch: (request) => reach(request, url),
  });
}

/** What openapi-fetch gives back. */
interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer that went well.
 * @throws NotRunning where nothing answers, NotFound for a 404, WrongUse for a 400 or 422, CliError else.
 */
export async function answered<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw refusal(response, error);
}

/** The error for an answer that did not go well, from its body as it was read. */
export function refusal({ status, url }: Response, body: unknown): CliError {
  const told = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const { code, message: text } = messageIn(told);
  if (typeof text !== "string") {
    return new CliError(
      `${new URL(url).origin} answered ${status}, not as this service does: is --url right?`,
    );
  }
  const message = inCommands(text, code);
  if (status === 404) return new NotFound(message);
  if (status === 400 || status === 422) return new WrongUse(message);
  const wait = told["retry_after"];
  if (status === 429 && typeof wait === "number") return new TooMany(message, wait);
  return new CliError(typeof wait === "number" ? `${message} (try again in ${wait} s)` : message);
}

/** Some routes have OpenAI's form, in which the error is an object. */
function messageIn({ error, code }: Record<string, unknown>): {
  message?: unknown;
  code?: unknown;
} {
  return typeof error === "object" && error !== null ? error : { message: error, code };
}

/** Fetch that says what to do where nobody answers. @throws NotRunning */
export async function reach(request: Request, url: string): Promise<Response> {
  try {
    return onBun ? await fetch(request, bunOptions(url)) : await fetch(request);
  } catch (err) {
    if (request.signal.aborted) throw err;
    throw new NotRunning(url, err);
  }
}

/** Without Bun's own limit of five minutes. A proxy of the environment does not reach this machine. */
function bunOptions(url: string): never {
  const isHere = /^https?:\/\/(127\.|localhost\b|\[::1\])/.test(url);
  return { timeout: false, ...(isHere ? { proxy: false } : {}) } as never;
}
