import type { AppContext } from "../../../middleware/env.ts";
import type { ErrorCode } from "../../../src/errors/codes.ts";
import type { Aggregate } from "../../../workers/request-store/protocol.ts";
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

/** The figures that a client asks for. @throws ServiceError of FIGURES_CODES. */
export async function figuresOf(c: AppContext, services: FiguresServices): Promise<Aggregate> {
  const records = recordsOf(services);
  const { format: _, ...asked } = askedFigures(c, services);
  return records.aggregate(asked, callerOf(c));
}
