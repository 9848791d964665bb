import { describe, expect, it } from "vitest";
import {
  type TimeFacts,
  whereTimeGoes,
  whereTimeWent,
} from "../../../src/requests/time-sentence.ts";

const NOTHING: TimeFacts = {
  tookMs: 3,
  queueMs: undefined,
  loadMs: undefined,
  firstMs: undefined,
  bodyMs: undefined,
  waitedBehind: undefined,
  loadShared: undefined,
  generationMs: undefined,
  host: undefined,
  streamed: false,
  outputTokens: undefined,
  tokensPerSecond: undefined,
  cache: undefined,
  savedMs: undefined,
};

const STREAM: TimeFacts = {
  ...NOTHING,
  tookMs: 10_710,
  queueMs: 3204,
  loadMs: 1103,
  firstMs: 403,
  bodyMs: 6000,
  host: "http://127.0.0.1:11434",
  streamed: true,
  outputTokens: 212,
  tokensPerSecond: 35.3,
};

const COMPLETED = { ended: "completed", status: 200, errorCode: undefined } as const;

describe("where the time of a request went", () => {
  it.each<[string, Partial<TimeFacts>, string]>([
    [
      "of all phases",
      { waitedBehind: 4 },
      "Waited 3.2 s behind 4 requests, then 1.1 s for the model to load, then 0.4 s to the first token and 6.0 s of generation (212 tokens, 35/s)",
    ],
    [
      "of one that waited for nothing",
      { queueMs: 0.02, loadMs: 0, tookMs: 6410 },
      "Took 0.4 s to the first token and 6.0 s of generation (212 tokens, 35/s)",
    ],
    [
      "of one whose model was loaded for another, behind one",
      { waitedBehind: 1, loadShared: true, outputTokens: 1, tokensPerSecond: 3.14 },
      "Waited 3.2 s behind 1 request, then 1.1 s for the model to load, which another request had asked for, then 0.4 s to the first token and 6.0 s of generation (1 token, 3.1/s)",
    ],
    [
      "of an answer in one piece, by the server's own clock",
      {
        streamed: false,
        queueMs: 0,
        loadMs: 0,
        firstMs: 6400,
        bodyMs: 3,
        generationMs: 6000,
        tookMs: 6404,
      },
      "Took 0.4 s to the first token and 6.0 s of generation (212 tokens, 35/s)",
    ],
    [
      "of one whose server does not tell",
      {
        streamed: false,
        queueMs: 0,
        loadMs: 0,
        firstMs: 6400,
        bodyMs: 3,
        tokensPerSecond: undefined,
        tookMs: 6404,
      },
      "Took 6.4 s for the answer (212 tokens)",
    ],
    [
      "of vectors",
      {
        streamed: false,
        queueMs: 0,
        loadMs: 0,
        firstMs: 41,
        bodyMs: 1,
        outputTokens: undefined,
        tookMs: 43,
      },
      "Took 42 ms for the answer",
    ],
    [
      "of a long body",
      { loadMs: 0, tookMs: 11_607 },
      "Took 2.0 s to come and to be prepared, then waited 3.2 s for a place, then 0.4 s to the first token and 6.0 s of generation (212 tokens, 35/s)",
    ],
    [
      "of long ones",
      { queueMs: 3_723_000, loadMs: 61_000, firstMs: 59_949, bodyMs: 3_599_700, tookMs: 7_444_000 },
      "Waited 1 h 2 min for a place, then 1 min 1 s for the model to load, then 59.9 s to the first token and 1 h 0 min of generation (212 tokens, 35/s)",
    ],
    [
      "of an answer from the cache",
      { cache: "HIT-EXACT", savedMs: 2300, tookMs: 0.42 },
      "Answered from the cache in 0.4 ms, which saved 2.3 s",
    ],
    ["of one that called no server", NOTHING, "Took 3 ms"],
  ])("is told %s", (_what, more, sentence) => {
    expect(whereTimeWent({ ...STREAM, ...more, ...COMPLETED })).toBe(sentence);
  });

  it.each([
    ["failed", "queue_full", "Took 3 ms, then it failed with queue_full"],
    ["failed", undefined, "Took 3 ms, then it failed with status 404"],
    ["client_left", undefined, "Took 3 ms, then its client left"],
    [
      "hard_stop",
      "request_timeout",
      "Took 3 ms, then it was stopped, since it took longer than it may",
    ],
    ["stopping", "shutting_down", "Took 3 ms, then the service stopped"],
    ["cancelled", "cancelled", "Took 3 ms, then it was cancelled"],
  ] as const)("has its end where it %s (%s)", (ended, errorCode, sentence) => {
    expect(whereTimeWent({ ...NOTHING, ended, status: 404, errorCode })).toBe(sentence);
  });

  it("tells of an answer that did not begin", () => {
    const facts = { ...STREAM, firstMs: undefined, bodyMs: undefined, outputTokens: undefined };
    const end = { ended: "cancelled", status: 409, errorCode: "cancelled" } as const;
    expect(whereTimeWent({ ...facts, ...end })).toBe(
      "Waited 3.2 s for a place, then 1.1 s for the model to load, then 6.4 s for an answer that did not begin, then it was cancelled",
    );
  });

  it.each([
    [{ waitedBehind: 2 }, "Waited 9.1 s behind 2 requests, then its client left"],
    [{ waitedBehind: 0 }, "Waited 9.1 s for a place, then its client left"],
    [{ loadShared: false }, "Waited 9.1 s for the model to load, then its client left"],
    [
      { waitedBehind: 1, loadShared: true },
      "Waited 9.1 s behind 1 request and for the model to load, then its client left",
    ],
  ])("is all that it took where it had not done waiting: %o", (more, sentence) => {
    const end = { ended: "client_left", status: 0, errorCode: undefined } as const;
    expect(whereTimeWent({ ...NOTHING, tookMs: 9100, ...more, ...end })).toBe(sentence);
  });

  it("never has a negative time", () => {
    const facts = { ...STREAM, tookMs: 1, firstMs: 2, bodyMs: undefined, generationMs: 50 };
    expect(whereTimeWent({ ...facts, streamed: false, ...COMPLETED })).not.toContain("-");
  });
});

describe("where the time of a request goes that is under way", () => {
  it.each([
    [{ what: "preparation", ms: 120 }, NOTHING, "Under way for 0.1 s"],
    [
      { what: "place", ms: 3200, position: 2 },
      NOTHING,
      "Waiting for a place for 3.2 s, number 2 in the queue",
    ],
    [
      { what: "model", ms: 1100 },
      { ...NOTHING, queueMs: 3204 },
      "Waited 3.2 s for a place, then waiting for the model to load for 1.1 s",
    ],
    [
      { what: "answer", ms: 400 },
      { ...NOTHING, queueMs: 0, loadMs: 1100 },
      "Waited 1.1 s for the model to load, then waiting for the first token for 0.4 s",
    ],
    [
      { what: "rest", ms: 5000 },
      { ...STREAM, queueMs: 0, loadMs: 0, tokensPerSecond: undefined },
      "Took 0.4 s to the answer, then answering for 5.0 s (212 tokens so far)",
    ],
    [{ what: "rest", ms: 5000 }, NOTHING, "Answering for 5.0 s"],
  ] as const)("is told of %o", (now, facts, sentence) => {
    expect(whereTimeGoes(facts, now)).toBe(sentence);
  });
});
