import { expect, it } from "vitest";
import { KNOWN_PATHS, operationOf, pathKind } from "../../../routes/ollama/path-kind.ts";
import { isInference } from "../../../src/requests/inference-operations.ts";
import { endedOf } from "../../support/ended-requests.ts";

it.each(KNOWN_PATHS)("knows of %s whether it is inference", (path) => {
  const operation = operationOf(path);
  // Reading is none, whatever the path: it names no model there.
  expect(isInference(endedOf({ operation }))).toBe(pathKind("POST", path) === "inference");
});

it("a batch is none, its items are", () => {
  const operation = "batch_chat";
  const kinds = ["batch", "item"] as const;
  expect(kinds.map((kind) => isInference(endedOf({ kind, operation })))).toEqual([false, true]);
});
