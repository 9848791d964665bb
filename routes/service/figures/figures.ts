import type { AppContext } from "../../../middleware/env.ts";
import type { ErrorCode } from "../../../src/errors/codes.ts";
import type { FiguresQuery } from "../../../workers/request-store/protocol.ts";
import { answerText } from "../../answer-json.ts";
import { callerOf } from "../../caller-of.ts";
import { askedFigures } from "./figures-query.ts";
import { type FiguresServices, recordsOf } from "./figures-services.ts";

/** The errors of routes that show figures. */
export const FIGURES_CODES: ErrorCode[] = [
  "forbidden",
  "not_found",
  "validation_error",
  "shutting_down",
];

/** Answers with the figures that a client asks for. @throws ServiceError of FIGURES_CODES. */
export async function answerFigures(
  c: AppContext,
  services: FiguresServices,
  body: FiguresQuery["body"],
): Promise<Response> {
  const records = recordsOf(services);
  const { format: _, ...asked } = askedFigures(c, services);
  return answerText(c, await records.figures({ ...asked, body }, callerOf(c)));
}
