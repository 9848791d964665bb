import { openRequestThread } from "../../workers/request-store/open-thread.ts";
import { ThreadCalls } from "../../workers/thread-calls.ts";
import { ThreadParts } from "../../workers/thread-parts.ts";
import { entryUrl } from "../runtime/paths.ts";
import type { Base } from "./base.ts";

/** To forget a project that has made all requests takes half a minute. */
const THREAD_DEADLINE_MS = 120_000;

/**
 * The thread of the databases of requests, agents and runs, which their stores share. It starts with
 * the first task of any of them.
 */
export function composeStoreThread({ logs }: Pick<Base, "logs">): ThreadParts {
  const entry = entryUrl("workers/request-store/main.ts");
  const calls = new ThreadCalls<Record<string, { input: unknown; output: unknown }>>({
    name: "request store thread",
    open: (onEnd) => openRequestThread({ entry, onEnd }),
    deadlineMs: THREAD_DEADLINE_MS,
    onFault: (err) => logs.service.error({ err }, "the request store thread died"),
  });
  return new ThreadParts(calls);
}
