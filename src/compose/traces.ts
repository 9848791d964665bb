import { tracesEndpoint } from "../../config/traces.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { serviceVersion } from "../runtime/paths.ts";
import type { Base } from "./base.ts";

const STOP_MS = 3000;
const STOP_MARGIN_MS = 1000;

/** Has requests traced where a collector is named: a part of the service, or none. */
export async function composeTraces({ env, events, logs }: Base): Promise<Part[]> {
  const endpoint = tracesEndpoint(env);
  if (endpoint === undefined) return [];
  // The libraries take memory, and time at the start.
  const { Tracing } = await import("../traces/tracing.ts");
  // Its address may hold a password.
  const collector = new URL(endpoint).origin;
  const { service } = logs;
  const tracing = new Tracing({
    events,
    version: serviceVersion,
    stopMs: STOP_MS,
    report: {
      failing: (err) =>
        service.warn({ collector, err }, "traces cannot be sent: spans are lost from now on"),
      sending: () => service.info({ collector }, "traces are sent again"),
      lost: (spans) => service.warn({ collector, spans }, "spans of traces were not sent"),
    },
  });
  const stopDeadlineMs = STOP_MS + STOP_MARGIN_MS;
  return [{ name: "traces", stop: () => tracing.stop(), stopDeadlineMs }];
}
