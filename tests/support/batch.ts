import { expect } from "vitest";
import { until } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";
import type { HeldAnswer } from "./held-answers.ts";
import { idOf, jsonOf } from "./service.ts";

/** The result of one item. */
export interface ItemResult extends Record<string, unknown> {
  index: number;
  success: boolean;
  data?: Record<string, unknown>;
}

/** The answer of a batch. */
export interface BatchAnswer {
  batch_id: string;
  total_requests: number;
  successful: number;
  failed: number;
  total_time_ms: number;
  results: ItemResult[];
}

/** An item whose prompt holds its number, so that the fake can tell which one it has in hand. */
export function chatItem(number: number, more: object = {}): Record<string, unknown> {
  return { model: "fake", messages: [{ role: "user", content: `item ${number}` }], ...more };
}

/** So many of them, from 0. */
export function chatItems(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => chatItem(i));
}

/** The number of the item that a request at the fake is about. */
export function numberOf({ body }: Pick<HeldAnswer, "body">): number {
  return Number(/"item (\d+)"/.exec(JSON.stringify(body))?.[1] ?? Number.NaN);
}

/** Answers an item of either form with a text. */
export function say(held: HeldAnswer, content: string = `answer ${numberOf(held)}`): void {
  held.json({
    model: "fake",
    message: { role: "assistant", content },
    done: true,
    done_reason: "stop",
    total_duration: 5_000_000,
    load_duration: 1_000_000,
    prompt_eval_count: 7,
    // Turns go by what answers have cost: each the same, however long the test has held it.
    prompt_eval_duration: 1_000_000,
    eval_count: 2,
    eval_duration: 3_000_000,
  });
}

/** What a result's data says, in either form. */
export function textOf({ data }: ItemResult): unknown {
  const { message, choices } = (data ?? {}) as {
    message?: { content: string };
    choices?: { message: { content: string } }[];
  };
  return message?.content ?? choices?.[0]?.message.content;
}

/** The answer of a batch that was let in. Its figures have to add up. */
export async function batchOf(answer: Response): Promise<BatchAnswer> {
  const batch = (await jsonOf(answer)) as unknown as BatchAnswer;
  expect(answer.status, JSON.stringify(batch)).toBe(200);
  expect(Object.keys(batch)).toEqual([...FIGURES, "results"]);
  expectFigures(batch, batch.results, idOf(answer));
  expect(batch.results.map(({ index }) => index)).toEqual(batch.results.map((_result, i) => i));
  return batch;
}

const FIGURES = ["batch_id", "total_requests", "successful", "failed", "total_time_ms"];

/** The figures agree with the results, and failed items with the contract's fields. */
export function expectFigures(figures: object, results: ItemResult[], id: string): void {
  const successful = results.filter(({ success }) => success).length;
  expect(figures).toMatchObject({
    batch_id: id,
    total_requests: results.length,
    successful,
    failed: results.length - successful,
    total_time_ms: expect.toSatisfy((ms: number) => ms > 0 && /^\d+(\.\d{1,3})?$/.test(String(ms))),
  });
  for (const result of results) {
    if (result.success) expect(result.data).toBeTypeOf("object");
    else expect(result["request_id"]).toBe(`${id}-${result.index}`);
  }
}

/** A failed item as the contract has it. */
export function failure(index: number, code: string, says: string | RegExp = /./): object {
  const error: unknown = expect.stringMatching(says);
  return expect.objectContaining({ index, success: false, error, code }) as object;
}

/** A header that says who asks. */
export function asTenant(project: string): RequestInit {
  return { headers: { "content-type": "application/json", "x-project-name": project } };
}

/** Waits until so many requests wait for a place. */
export async function queued(gateway: Gateway, count: number, pool?: "vlm"): Promise<void> {
  const waiting = async (): Promise<unknown> => {
    const stats = (await (await gateway.get("/api/v1/queue/stats")).json()) as Stats;
    return pool === "vlm" ? stats.vlm.queued : stats.queued;
  };
  await until(async () => (await waiting()) === count, `${count} requests wait`);
}

interface Stats {
  queued: number;
  vlm: { queued: number };
}
