import { cut } from "../runtime/text-limits.ts";
import type { KeptRun, RunStep } from "../../workers/request-store/agents/kept-run.ts";

/** AGENT_TRACE. */
export type TraceMode = "off" | "steps" | "full";

/** Steps of a run that are kept: 50 model turns, and what they call. */
const MOST_STEPS = 1000;

/** Characters of one text, and of all texts of a run. */
const TEXT_CHARS = 65_536;
const RUN_CHARS = 1_048_576;

const NAME_CHARS = 128;

/** A model may call a tool by any text. */
const NAME = /^[A-Za-z0-9_.:/-]{1,128}$/;

/** What stands for a name that is none, where no texts are kept. */
const NO_NAME = "(no name)";

/**
 * What is kept of a run. With `steps` that holds no text of a prompt, an answer, an argument or an
 * output; with `full` these are cut to bounded lengths.
 */
export function tracedRun(run: KeptRun, mode: "steps" | "full"): KeptRun {
  const { reason } = run;
  let charsLeft = RUN_CHARS;
  const room = (text: string | undefined): string | undefined => {
    if (text === undefined || mode === "steps") return undefined;
    const kept = charsLeft > 0 ? cut(text, Math.min(TEXT_CHARS, charsLeft)) : "";
    charsLeft -= kept.length;
    return kept;
  };
  const name = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    if (mode === "full") return cut(text, NAME_CHARS);
    return NAME.test(text) ? text : NO_NAME;
  };
  const steps = run.steps.slice(0, MOST_STEPS).map((step): RunStep => {
    const { text, args, server, tool, ...figures } = step;
    return {
      ...figures,
      server: name(server),
      tool: name(tool),
      args: room(args),
      text: room(text),
    };
  });
  // A sentence may quote what was said.
  const message = mode === "full" ? (reason?.message ?? "") : "";
  return { ...run, steps, reason: reason && { code: reason.code, message } };
}
