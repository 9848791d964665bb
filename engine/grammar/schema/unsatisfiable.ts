import type { EngineError } from "../../errors.ts";
import type { Alternatives, RuleRef } from "../rules/rule-book.ts";
import { KIND_KEYWORDS } from "./keywords.ts";
import { type Place, keywords, refuse } from "./place.ts";
import type { Shape } from "./shape.ts";

type Search = {
  readonly root: RuleRef;
  /** Whether a rule can be completed. */
  readonly ends: (rule: number) => boolean;
  readonly known: ReadonlyMap<number, { readonly place: Place; readonly shape: Shape | undefined }>;
  readonly start: Place;
};

/**
 * The reason why nothing satisfies a schema. The search follows parts that cannot be completed,
 * from the first rule down to the innermost place whose schema is known.
 */
export function unsatisfiable(
  rules: readonly Alternatives[],
  { root, ends, known, start }: Search,
): EngineError {
  const seen = new Set<number>();
  let at: number | undefined = root.rule;
  let found: { place: Place; shape: Shape | undefined } = { place: start, shape: undefined };
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    found = known.get(at) ?? found;
    at = rules[at]
      ?.flat()
      .flatMap((part) => (typeof part !== "string" && "rule" in part ? [part.rule] : []))
      .find((rule) => !ends(rule));
  }
  const { place, shape } = found;
  if (at !== undefined) return refuse(place, "required", "asks for values that never end");
  return refuse(place, blamed(place, shape), "leaves no value that would be allowed");
}

/** The keyword that is most likely the reason. */
function blamed({ schema }: Place, shape: Shape | undefined): string {
  if (schema === false || !shape) return "schema";
  const given = keywords({ schema, pointer: "" });
  if (shape.kinds.allowed.size === 0) return "type";
  if (shape.values) return given["const"] === undefined ? "enum" : "const";
  const own = [...shape.kinds.meant].flatMap((kind) => KIND_KEYWORDS[kind]);
  return own.find((keyword) => given[keyword] !== undefined) ?? "type";
}
