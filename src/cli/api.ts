import type {
  HttpMethod,
  IsOperationRequestBodyOptional,
  OperationRequestBodyContent,
  PathsWithMethod,
  RequiredKeysOf,
  SuccessResponse,
} from "openapi-typescript-helpers";
import type { paths } from "./api-types.d.ts";
import { CliError, NotFound, TooMany, WrongUse } from "./cli-error.ts";
import { send, type HttpAnswer } from "./http.ts";
import { inCommands } from "./in-commands.ts";

interface ApiOptions {
  url: string;
  project: string | undefined;
}

/** An answer of a route, of which `answered` and `streamed` read the body. */
export interface ApiAnswer<T> extends HttpAnswer {
  /** What its JSON is, for the types alone. */
  readonly of?: T;
}

type Operation<M extends HttpMethod, P extends PathsWithMethod<paths, M>> = paths[P][M];

/** What a call sends, where it has to. */
type Call<O> = { signal?: AbortSignal } & Params<O> & Body<O>;
type Params<O> = O extends { parameters: infer P }
  ? RequiredKeysOf<P> extends never
    ? { params?: P }
    : { params: P }
  : unknown;
type Body<O> = [OperationRequestBodyContent<O>] extends [never]
  ? unknown
  : IsOperationRequestBodyOptional<O> extends true
    ? { body?: OperationRequestBodyContent<O> }
    : { body: OperationRequestBodyContent<O> };

type Method<M extends HttpMethod> = <P extends PathsWithMethod<paths, M>>(
  path: P,
  ...call: RequiredKeysOf<Call<Operation<M, P>>> extends never
    ? [Call<Operation<M, P>>?]
    : [Call<Operation<M, P>>]
) => Promise<ApiAnswer<Success<Operation<M, P>>>>;

type Success<O> = O extends { responses: infer R extends Record<number, unknown> }
  ? SuccessResponse<R, "application/json">
  : never;

/** The service's routes, with the types of docs/openapi.json. */
export interface Api {
  GET: Method<"get">;
  POST: Method<"post">;
  PUT: Method<"put">;
  DELETE: Method<"delete">;
}

/** Every path of it asks the service at this address. */
export function createApi({ url, project }: ApiOptions): Api {
  const headers = project === undefined ? {} : { "X-Project-Name": project };
  const ask =
    (method: string) =>
    (path: string, { params, body, signal }: AnyCall = {}): Promise<HttpAnswer> =>
      send(url + filled(path, params), { method, headers, body, signal });
  return { GET: ask("GET"), POST: ask("POST"), PUT: ask("PUT"), DELETE: ask("DELETE") } as Api;
}

type Values = Record<string, string | number | boolean | undefined>;

interface AnyCall {
  params?: { path?: Values; query?: Values };
  body?: unknown;
  signal?: AbortSignal;
}

/** A path with its values. */
function filled(path: string, { path: names = {}, query = {} }: AnyCall["params"] = {}): string {
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(names[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size > 0 ? `${place}?${search.toString()}` : place;
}

/**
 * The body of an answer that went well.
 * @throws NotRunning where no answer comes, NotFound for a 404, WrongUse for a 400 or 422, CliError else.
 */
export async function answered<T>(call: Promise<ApiAnswer<T>>): Promise<T> {
  const answer = await call;
  const body = await answer.json();
  if (!answer.ok || typeof body !== "object" || body === null) throw refusal(answer, body);
  return body as T;
}

/**
 * The body of an answer that is read as it comes.
 * @throws as `answered`.
 */
export async function streamed(call: Promise<HttpAnswer>): Promise<AsyncIterable<Uint8Array>> {
  const answer = await call;
  if (!answer.ok) throw refusal(answer, await answer.json());
  return answer.body;
}

/** The error for an answer that did not go well, from its body. */
function refusal({ status, url, location }: HttpAnswer, body: unknown): CliError {
  const told = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const { code, message: text } = messageIn(told);
  if (typeof text !== "string") {
    const instead = location === undefined ? "" : ` (see ${location})`;
    return new CliError(
      `${new URL(url).origin} answered ${status}${instead}, not as this service does: is --url right?`,
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
