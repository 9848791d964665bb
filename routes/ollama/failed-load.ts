import type { AppContext } from "../../middleware/env.ts";
import { renderAsServer } from "../../src/errors/render.ts";
import { ServerFailure } from "../../src/errors/server-failure.ts";
import { answerJson } from "../answer-json.ts";

/** As Ollama sends it. */
const HEADERS = { "Content-Type": "application/json; charset=utf-8" };

/**
 * Answers as the inference server itself would have where the request's model could not be loaded:
 * the load, which is a call of the service's own, is none of the client's business.
 */
export async function asServerAnswers(
  c: AppContext,
  answering: Promise<Response>,
): Promise<Response> {
  try {
    return await answering;
  } catch (err) {
    if (!(err instanceof ServerFailure)) throw err;
    const record = c.get("record");
    record.failed(err);
    const { status, body } = renderAsServer(err, c.get("dialect"), record.id);
    return answerJson(c, body, status, HEADERS);
  }
}
