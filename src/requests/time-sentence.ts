import type { CallRecord } from "../inference/call-record.ts";
import { duration, short } from "../runtime/duration.ts";
import type { EndedRequest } from "./ended-request.ts";

/** What is known of where a request's time went; as EndedRequest has it. */
export interface TimeFacts extends Pick<
  EndedRequest,
  | "tookMs"
  | "queueMs"
  | "loadMs"
  | "firstMs"
  | "bodyMs"
  | "waitedBehind"
  | "loadShared"
  | "generationMs"
  | "host"
  | "streamed"
  | "outputTokens"
  | "tokensPerSecond"
  | "cache"
  | "savedMs"
> {}

/** How it ended. */
type EndFacts = Pick<EndedRequest, "ended" | "status" | "errorCode">;

/** What a request waits for now, and since when; milliseconds. */
export interface WaitingFacts {
  what: CallRecord["waiting"]["what"] | "rest";
  ms: number;
  /** Its number in the queue, from 1. */
  position?: number | undefined;
}

/** Shorter ones are not told. */
const LEAST_MS = 1;

/** What lies between the phases is told from so many milliseconds, and this part of the whole, on. */
const LEAST_REST = { ms: 50, part: 0.05 };

/** Where the time of a request that has ended went, as one sentence for people. */
export function whereTimeWent(facts: TimeFacts & EndFacts): string {
  const { cache, savedMs, tookMs } = facts;
  const how = endWords(facts);
  if (cache === "HIT-EXACT" || cache === "HIT-SEMANTIC") {
    const saved = savedMs === undefined ? "" : `, which saved ${duration(savedMs)}`;
    return sentence([`answered from the cache in ${duration(tookMs)}${saved}`], how);
  }
  const steps = [...givenUp(facts), ...waits(facts), ...answerSteps(facts)];
  if (steps.length === 0) return sentence([`took ${duration(tookMs)}`], how);
  // Where the answer did not begin, all that is left was spent on waiting for it.
  const restMs = facts.firstMs === undefined ? 0 : tookMs - phasesMs(facts);
  const isMuch = restMs >= Math.max(LEAST_REST.ms, LEAST_REST.part * tookMs);
  const prepared = isMuch ? [`took ${duration(restMs)} to come and to be prepared`] : [];
  return sentence([...prepared, ...steps], how);
}

/** The same of one that is under way. */
export function whereTimeGoes(facts: TimeFacts, now: WaitingFacts): string {
  return sentence([...waits(facts), ...nowStep(facts, now)], undefined);
}

/** Of one that had not done waiting when it ended, only the whole is known. */
function givenUp({ tookMs, queueMs, host, waitedBehind, loadShared }: TimeFacts): string[] {
  if (queueMs !== undefined || host !== undefined) return [];
  if (waitedBehind === undefined && loadShared === undefined) return [];
  const load = loadShared === undefined ? [] : ["for the model to load"];
  const place = waitedBehind ? [`behind ${counted(waitedBehind, "request")}`] : [];
  const what = [...place, ...load].join(" and ") || "for a place";
  return [`waited ${duration(tookMs)} ${what}`];
}

function waits({ queueMs = 0, waitedBehind, loadMs = 0, loadShared }: TimeFacts): string[] {
  const steps: string[] = [];
  if (queueMs >= LEAST_MS) {
    const others = waitedBehind ? `behind ${counted(waitedBehind, "request")}` : "for a place";
    steps.push(`waited ${duration(queueMs)} ${others}`);
  }
  if (loadMs >= LEAST_MS) {
    const whose = loadShared ? ", which another request had asked for" : "";
    const verb = steps.length === 0 ? "waited " : "";
    steps.push(`${verb}${duration(loadMs)} for the model to load${whose}`);
  }
  return steps;
}

function answerSteps(facts: TimeFacts): string[] {
  const { firstMs, bodyMs = 0, generationMs, streamed, outputTokens, host, tookMs } = facts;
  if (firstMs === undefined) {
    const ms = tookMs - phasesMs(facts);
    return host === undefined ? [] : [`${duration(ms)} for an answer that did not begin`];
  }
  if (outputTokens === undefined) return [`${duration(firstMs + bodyMs)} for the answer`];
  // An answer in one piece begins when all of it is there: the server knows more.
  const allMs = firstMs + bodyMs;
  const writingMs = streamed ? bodyMs : generationMs;
  if (writingMs === undefined) return [`${duration(allMs)} for the answer (${tokens(facts)})`];
  const beforeMs = Math.max(0, allMs - writingMs);
  return [
    `${duration(beforeMs)} to the first token and ${duration(writingMs)} of generation (${tokens(facts)})`,
  ];
}

function nowStep(facts: TimeFacts, { what, ms, position }: WaitingFacts): string[] {
  const soFar = duration(ms);
  switch (what) {
    case "preparation":
      return [`under way for ${soFar}`];
    case "place": {
      const number = position === undefined ? "" : `, number ${position} in the queue`;
      return [`waiting for a place for ${soFar}${number}`];
    }
    case "model":
      return [`waiting for the model to load for ${soFar}`];
    case "answer":
      return [`waiting for the first token for ${soFar}`];
    case "rest": {
      const told = facts.outputTokens === undefined ? "" : ` (${tokens(facts)} so far)`;
      const first = facts.firstMs === undefined ? [] : [`${duration(facts.firstMs)} to the answer`];
      return [...first, `answering for ${soFar}${told}`];
    }
  }
}

function tokens({ outputTokens = 0, tokensPerSecond }: TimeFacts): string {
  const rate = tokensPerSecond === undefined ? "" : `, ${short(tokensPerSecond)}/s`;
  return `${counted(outputTokens, "token")}${rate}`;
}

function phasesMs({ queueMs = 0, loadMs = 0, firstMs = 0, bodyMs = 0 }: TimeFacts): number {
  return queueMs + loadMs + firstMs + bodyMs;
}

function endWords({ ended, status, errorCode }: EndFacts): string | undefined {
  switch (ended) {
    case "completed":
      return undefined;
    case "failed":
      return errorCode ? `it failed with ${errorCode}` : `it failed with status ${status}`;
    case "client_left":
      return "its client left";
    case "hard_stop":
      return "it was stopped, since it took longer than it may";
    case "stopping":
      return "the service stopped";
    case "cancelled":
      return "it was cancelled";
  }
}

/** Steps one after the other, and the end. */
function sentence(steps: string[], end: string | undefined): string {
  const text = [...steps, ...(end === undefined ? [] : [end])].join(", then ");
  const isFigure = /^\d/.test(text);
  return isFigure ? `Took ${text}` : text.slice(0, 1).toUpperCase() + text.slice(1);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
