import { expect, it } from "vitest";
import { changesModels, operationOf, pathKind } from "../../../../routes/proxy/path-kind.ts";

it.each([
  ["POST", "/api/generate", "inference"],
  ["POST", "/api/embeddings", "inference"],
  ["POST", "/v1/chat/completions", "inference"],
  ["POST", "/v1/messages", "inference"],
  ["GET", "/v1/models", "management"],
  ["GET", "/api/generate", "management"],
  ["POST", "/api/blobs/sha256:00", "blob"],
  ["HEAD", "/api/blobs/sha256:00", "management"],
  ["POST", "/api/pull", "management"],
  ["DELETE", "/api/delete", "management"],
  ["POST", "/api/generate/x", "management"],
])("pathKind(%s %s) is %s", (method, path, kind) => {
  expect(pathKind(method, path)).toBe(kind);
});

it.each([
  ["/api/pull", true],
  ["/api/delete", true],
  ["/api/generate", false],
  ["/api/push", false],
])("changesModels(%s) is %s", (path, changes) => {
  expect(changesModels(path)).toBe(changes);
});

it("operationOf leaves the dialect's prefix out", () => {
  expect(["/api/chat", "/v1/chat/completions"].map(operationOf)).toEqual([
    "chat",
    "chat/completions",
  ]);
});
