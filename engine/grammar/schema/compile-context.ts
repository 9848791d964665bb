import type { StepBudget } from "../text/step-budget.ts";
import type { Languages } from "./languages.ts";
import type { SchemaDocument } from "./schema-document.ts";

/** What every step of compiling one schema shares. */
export type CompileContext = {
  readonly document: SchemaDocument;
  readonly budget: StepBudget;
  readonly languages: Languages;
};
