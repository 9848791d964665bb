import { z } from "zod";
import { UNREACHABLE, type LoadOutcome } from "./load-plan.ts";

interface QuestionOptions {
  /** The service's address. */
  url: string;
  prompt: string;
  model: string | undefined;
  maxTokens: number;
  /** Milliseconds that an answer may take. */
  timeoutMs: number;
  /** Whether requests share connections. */
  keepAlive: boolean;
  /** Takes what interactive work leaves. */
  background: boolean;
  /** Answers may come from the response cache. */
  cache: boolean;
  /** Credentials and what else each request carries. */
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

const Answer = z.object({
  model: z.string().nullish(),
  generation_eval_count: z.int().nullish(),
});
const Failure = z.object({ code: z.string(), error: z.string() });

/** Characters of an error's text and of its code that are kept. */
const LONGEST_MESSAGE = 300;
const LONGEST_CODE = 60;

/**
 * What sends one question of a load test to the service and reads the whole answer. Each failure is
 * an outcome; only an abort from outside throws.
 */
export function questionSender(options: QuestionOptions) {
  const { url, prompt, model, maxTokens, timeoutMs, fetch: send = fetch } = options;
  const target = `${url}/api/v1/generate`;
  const body = JSON.stringify({ prompt, model, max_tokens: maxTokens, stream: false });
  const common = {
    "content-type": "application/json",
    ...options.headers,
    ...(options.cache ? {} : { "x-shared-ollama-cache": "off" }),
    ...(options.background ? { "x-shared-ollama-priority": "background" } : {}),
  };
  const connection = options.keepAlive ? {} : { connection: "close" };
  return async (project: string, signal: AbortSignal): Promise<LoadOutcome> => {
    const ended = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      ended.abort();
    }, timeoutMs);
    const leave = (): void => ended.abort();
    signal.addEventListener("abort", leave, { once: true });
    try {
      signal.throwIfAborted();
      const answer = await send(target, {
        method: "POST",
        body,
        headers: { ...common, ...connection, "x-project-name": project },
        signal: ended.signal,
      });
      return outcomeOf(answer.status, await answer.text());
    } catch (err) {
      signal.throwIfAborted();
      if (isLate) return failed("timeout", `No answer within ${timeoutMs / 1000} s`);
      return failed(UNREACHABLE, messageOf(err));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
    }
  };
}

function outcomeOf(status: number, text: string): LoadOutcome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failed(`http_${status}`, "The answer is not JSON");
  }
  if (status === 200) {
    const answer = Answer.safeParse(value);
    if (!answer.success) return failed("wrong_answer", "The answer has not the service's form");
    const { model, generation_eval_count: tokens } = answer.data;
    return { ok: true, model: model ?? null, tokens: tokens ?? null };
  }
  const failure = Failure.safeParse(value);
  if (!failure.success) return failed(`http_${status}`, "The error has not the service's form");
  return failed(failure.data.code, failure.data.error);
}

function failed(error: string, message: string): LoadOutcome {
  return {
    ok: false,
    error: error.slice(0, LONGEST_CODE),
    message: message.slice(0, LONGEST_MESSAGE),
  };
}

/** The reason of a failed fetch is its cause, on Node. */
function messageOf(err: unknown): string {
  const { message, cause } = err instanceof Error ? err : new Error(String(err));
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
