import { expect } from "vitest";
import { EXAMPLE_IMAGE } from "../../routes/service/contract/images.ts";
import { imagePart } from "./image-files.ts";
import type { RunningService } from "./service.ts";

const USER = { role: "user", content: "hi" };

interface AnswerRoute {
  path: string;
  /** A body with these fields. */
  body: (fields: Fields) => object;
}

type Fields = Record<string, unknown>;

const generate = (fields: Fields) => ({
  model: "fake",
  ...(fields["messages"] ? {} : { prompt: "hi" }),
  ...fields,
});
const chat = (fields: Fields) => ({ model: "fake", messages: [USER], ...fields });
const vision = (fields: Fields) => ({ ...chat(fields), model: "eyes", images: [EXAMPLE_IMAGE] });
const openaiVision = (fields: Fields) => {
  const messages = (fields["messages"] ?? [USER]) as unknown[];
  const shown = { role: "user", content: [imagePart(EXAMPLE_IMAGE)] };
  return { ...fields, model: "eyes", messages: messages.length > 0 ? [shown, ...messages] : [] };
};
const batchOf = (item: AnswerRoute["body"]) => (fields: Fields) => ({ requests: [item(fields)] });

/** Every route of the service that has a model answer, in text. */
export const ANSWER_ROUTES: readonly AnswerRoute[] = [
  { path: "/api/v1/generate", body: generate },
  { path: "/api/v1/chat", body: chat },
  { path: "/api/v1/chat/completions", body: chat },
  { path: "/api/v1/vlm", body: vision },
  { path: "/api/v1/vlm/openai", body: openaiVision },
  { path: "/api/v1/batch/chat", body: batchOf(chat) },
  { path: "/api/v1/batch/chat/completions", body: batchOf(chat) },
  { path: "/api/v1/batch/vlm", body: batchOf(vision) },
  { path: "/api/v1/batch/vlm/completions", body: batchOf(openaiVision) },
];

/** What became of a request: what the inference server was sent and said, or why it was refused. */
export type Outcome =
  | { sent: Record<string, unknown>; data: Record<string, unknown> }
  | { code: unknown; says: string };

/** Asks a route once. A batch's one item counts as the request. */
export async function askAt(
  { path, body }: AnswerRoute,
  { gateway, ollama }: RunningService,
  fields: Fields,
): Promise<Outcome> {
  const answer = await gateway.post(path, body(fields));
  const whole = (await answer.json()) as Fields & { results?: (Fields & { data?: Fields })[] };
  const said = whole.results?.[0] ?? whole;
  const { error } = said;
  if (typeof error === "string") return { code: said["code"], says: error };
  if (typeof error === "object" && error !== null) {
    const { code, message } = error as { code: string; message: string };
    return { code, says: message };
  }
  expect(answer.status).toBe(200);
  const sent = ollama.received.findLast(({ target }) => /^\/api\/(generate|chat)$/.test(target));
  const data = whole.results?.[0]?.data ?? whole;
  return { sent: JSON.parse(String(sent?.body)) as Fields, data };
}
