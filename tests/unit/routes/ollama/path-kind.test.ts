import { expect, it } from "vitest";
import { changesModels, operationOf, pathKind } from "../../../../routes/ollama/path-kind.ts";

it.each([
  ["POST", "/api/generate", "inference"],
  ["POST", "/api/embeddings", "inference"],
  ["POST", "/v1/chat/completions", "inference"],
  ["POST", "/v1/messages", "inference"],
  ["POST", "/v1/audio/transcriptions", "inference"],
  ["PUT", "/api/chat", "inference"],
  ["GET", "/v1/models", "read"],
  ["GET", "/api/generate", "read"],
  ["OPTIONS", "/api/generate", "read"],
  ["POST", "/api/blobs/sha256:00", "blob"],
  ["HEAD", "/api/blobs/sha256:00", "read"],
  ["POST", "/api/show", "lookup"],
  ["GET", "/api/show", "read"],
  ["POST", "/api/pull", "management"],
  ["POST", "/API/Pull/", "management"],
  ["GET", "/api/pull", "read"],
  ["PUT", "/api/blobs/sha256:00", "blob"],
  ["DELETE", "/api/delete", "management"],
  ["POST", "/api/experimental/aliases", "management"],
  ["GET", "/api/status", "read"],
  ["HEAD", "/", "read"],
  ["GET", "/v1/models/a:b", "read"],
  ["POST", "/v1/models/a:b", "unknown"],
  ["POST", "/api/tags", "unknown"],
  ["DELETE", "/v1/responses/resp_1", "unknown"],
  ["GET", "/v1/responses/resp_1", "unknown"],
  ["GET", "/api/experimental/web_search", "external"],
  ["POST", "/API/me/", "account"],
  ["POST", "/api/experimental/web_search", "external"],
  ["POST", "/api/me", "account"],
  ["POST", "/api/signout", "account"],
  ["DELETE", "/api/user/keys/abc", "account"],
  ["POST", "/api/generate/x", "unknown"],
  ["POST", "/api/rerank", "unknown"],
  // A server that is more lenient than Ollama must not be asked past the queue.
  ["POST", "/api/chat/", "inference"],
  ["POST", "/API/Chat", "inference"],
  // What Ollama does not have it says itself.
  ["POST", "/v1/messages/count_tokens", "unknown"],
  ["POST", "/v1/rerank", "unknown"],
  ["POST", "/completion", "unknown"],
])("pathKind(%s %s) is %s", (method, path, kind) => {
  expect(pathKind(method, path)).toBe(kind);
});

it.each([
  ["/api/pull", true],
  ["/API/Copy/", true],
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
