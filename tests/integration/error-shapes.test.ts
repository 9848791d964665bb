import { describe, expect, it } from "vitest";
import { jsonOf, startService } from "../support/service.ts";

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: { $ref?: string } }> }>;
}

/** The form of an error body, by its name in the OpenAPI document. */
function formOf(body: Record<string, unknown>): string {
  if (typeof body["error"] === "string") return "Error";
  return "error_type" in body ? "EmbeddingError" : "OpenAIError";
}

/** The form that the document gives the errors of a route. */
function documentedForms({ responses }: Operation): Set<string | undefined> {
  const errors = Object.entries(responses).filter(([status]) => status >= "400");
  const schemas = errors.map(([, { content }]) => content?.["application/json"]?.schema?.$ref);
  return new Set(schemas.map((ref) => ref?.replace("#/components/schemas/", "")));
}

const MESSAGES = [{ role: "user", content: "hi" }];
const TOO_DEEP = `${"[".repeat(600)}${"]".repeat(600)}`;

/** Bodies that no route takes, and some that one route takes and the others do not. */
const BODIES: (string | Uint8Array<ArrayBuffer> | undefined)[] = [
  undefined,
  '{"model":',
  "prompt=hi&input=hi",
  new Uint8Array([0xff, 0xfe, 0x00]),
  "null",
  "[]",
  '"input"',
  "{}",
  '{"colour":1}',
  `{"input":${TOO_DEEP}}`,
  JSON.stringify(Object.fromEntries([...Array(5000).keys()].entries())),
  // More than 1.5 MiB.
  JSON.stringify({ input: "x".repeat(1_600_000) }),
  ...["prompt", "prompts", "input", "messages", "query", "requests", "documents"].flatMap((field) =>
    [null, 7, "", [], [7], {}, "hi", ["hi"], MESSAGES].map((value) =>
      JSON.stringify({ model: "nope", [field]: value }),
    ),
  ),
  JSON.stringify({ model: "a b", input: "hi" }),
  JSON.stringify({ model: "a b", prompt: "hi" }),
  JSON.stringify({ model: "a b", messages: MESSAGES }),
  JSON.stringify({ model: "nope", query: "a", documents: ["b"] }),
];

/** What is wrong with a request before its body is looked at. */
const HEADERS: Record<string, string>[] = [
  { "x-project-name": "two words" },
  { origin: "https://evil.example" },
  { "x-shared-ollama-cache": "maybe" },
];

describe("a route of /api/v1 has one form of error, which its document names", () => {
  it("whatever the body, and whatever else is wrong with the request", async () => {
    const { gateway } = await startService({ RATE_LIMIT_ENABLED: "false" });
    const document = await jsonOf(await gateway.get("/api/openapi.json"));
    const paths = document["paths"] as Record<string, Record<string, Operation>>;
    const seen = new Map<string, Set<string>>();
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of Object.keys(operations)) {
        const url = path.replace("{name}", "nope");
        const send = async (init: RequestInit): Promise<unknown> => {
          const answer = await gateway.get(url, { method: method.toUpperCase(), ...init });
          if (answer.status < 400) return answer.body?.cancel();
          const name = `${method} ${path}`;
          const forms = seen.get(name) ?? new Set();
          seen.set(name, forms.add(formOf(await jsonOf(answer))));
        };
        for (const headers of HEADERS) await send({ headers });
        if (method !== "post") continue;
        for (const body of BODIES) await send(body === undefined ? {} : { body });
      }
    }
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]): [string, Set<unknown>] => [
        `${method} ${path}`,
        documentedForms(operation),
      ]),
    );
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(documented));
    expect(seen.get("post /api/v1/embeddings")).toEqual(new Set(["EmbeddingError"]));
    expect(seen.get("get /api/v1/models/{name}")).toEqual(new Set(["OpenAIError"]));
  });
});
