import { type EngineError, toEngineError } from "../errors.ts";
import { type Exchange, JSON_PLAIN, JSON_UTF8 } from "../http/exchange.ts";

/** The error body of OpenAI's dialect. */
export function errorBody(message: string, type: string) {
  return { error: { message, type, param: null, code: null } };
}

/** Answers an error in the translation of a request; the type follows the status. */
export function sendRequestError(exchange: Exchange, { status, message }: EngineError): void {
  const types: Readonly<Record<number, string>> = {
    400: "invalid_request_error",
    404: "not_found_error",
  };
  exchange.json(status, errorBody(message, types[status] ?? "api_error"), JSON_UTF8);
}

/** Answers an error of the native operation. Whatever its status, the type is `api_error`. */
export function sendInnerError(
  exchange: Exchange,
  err: unknown,
  onError: (err: unknown) => void,
): void {
  const { status, message } = toEngineError(err);
  onError(err);
  exchange.json(status, errorBody(message, "api_error"), JSON_PLAIN);
}
