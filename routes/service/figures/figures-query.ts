import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../../middleware/env.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { decimalNumber } from "../../../src/runtime/decimal-number.ts";
import { figuresWindow, type FiguresWindow } from "../../../src/requests/figures/window.ts";
import type { FiguresServices } from "./figures-services.ts";
import { visibleProject } from "./visible-project.ts";

/** Which requests: those of the routes' filters. */
export const FILTERS = {
  window_minutes: z.int().optional().openapi({
    description:
      "Requests that began in the last so many minutes; all that is kept without it; 0 or less: none",
    example: 1440,
  }),
  project: z.string().min(1).optional().openapi({
    description:
      "Requests of this project (exact name); `unknown`: of clients that name none. Who may not manage sees the own project's only",
    example: "story-machine",
  }),
};

/** The requests that figures are about. */
export interface AskedFigures extends FiguresWindow {
  /** Undefined: all. */
  project: string | undefined;
}

/**
 * The requests that a client asks figures of.
 * @param formats what the route's `format` may be, where it has one; the first is meant without it.
 * @throws ServiceError `validation_error`; `forbidden` for a project that it may not see.
 */
export function askedFigures<F extends string = never>(
  c: AppContext,
  services: Pick<FiguresServices, "access" | "now">,
  formats: readonly F[] = [],
): AskedFigures & { format: F } {
  const known = [...Object.keys(FILTERS), ...(formats.length > 0 ? ["format"] : [])];
  for (const [name, values] of Object.entries(c.req.queries())) {
    // A misspelt filter must not show all.
    if (!known.includes(name)) throw invalid(name, `unknown; there are ${known.join(", ")}`);
    if (values.length > 1) throw invalid(name, "given more than once");
  }
  const window = figuresWindow(minutesOf(c.req.query("window_minutes")), services.now());
  const format = formatOf(c.req.query("format"), formats);
  const project = projectOf(c.req.query("project"));
  return { ...window, format, project: visibleProject(c, services, project) };
}

function minutesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const minutes = decimalNumber(text);
  if (Number.isInteger(minutes)) return minutes;
  throw invalid("window_minutes", "has to be a whole number of minutes");
}

function projectOf(text: string | undefined): string | undefined {
  if (text === "") throw invalid("project", "has to name a project");
  // The database would read no further.
  if (text?.includes("\0")) throw invalid("project", "no name has a NUL");
  return text;
}

function formatOf<F extends string>(text: string | undefined, formats: readonly F[]): F {
  const format = text === undefined ? formats[0] : formats.find((one) => one === text);
  // A route without formats has none, and does not look at it.
  if (format !== undefined || formats.length === 0) return format as F;
  throw invalid("format", `has to be ${formats.join(" or ")}`);
}

function invalid(param: string, what: string): ServiceError {
  return new ServiceError("validation_error", `${param}: ${what}`, { param });
}
