import { EngineError } from "../errors.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Route } from "../http/router.ts";
import { sendInnerError, sendRequestError } from "./errors.ts";

/** The error for a client that would otherwise get no answer. */
export const NO_ANSWER = "the answer broke off before its first word";

type Steps<Request> = {
  readonly path: string;
  /** Reads and translates the request. Its errors are the client's mistakes. */
  readonly read: (exchange: Exchange) => Promise<Request>;
  /** Runs the request and answers. */
  readonly answer: (exchange: Exchange, request: Request) => Promise<void>;
  readonly onError: (err: unknown) => void;
};

/** A POST route of OpenAI's dialect; the two steps render their errors differently. */
export function openAiRoute<Request>({ path, read, answer, onError }: Steps<Request>): Route {
  return {
    methods: ["POST"],
    path,
    async handler(exchange) {
      let request: Request;
      try {
        request = await read(exchange);
      } catch (err) {
        if (err instanceof EngineError) return sendRequestError(exchange, err);
        throw err;
      }
      try {
        await answer(exchange, request);
      } catch (err) {
        if (exchange.signal.aborted || exchange.started) return exchange.drop();
        sendInnerError(exchange, err, onError);
      }
    },
  };
}
