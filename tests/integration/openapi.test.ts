import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import openapiTypescript, { astToString, type OpenAPI3 } from "openapi-typescript";
import { expect, it, onTestFinished } from "vitest";
import { ERROR_CODES, factsOf, type ErrorCode } from "../../src/errors/codes.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";

const run = promisify(execFile);

interface Answer {
  content?: Record<string, { schema?: { $ref?: string; example?: unknown } & object }>;
}
type Operation = { operationId: string; responses: Record<string, Answer> };
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { example?: unknown; type?: string | string[] }> };
}

async function servedDocument(): Promise<Document> {
  const ollama = await startFakeOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  return (await gateway.get("/api/openapi.json").then((r) => r.json())) as Document;
}

it("serves the document that is written to docs/openapi.json", async () => {
  const written = JSON.parse(await readFile(join(projectRoot, "docs/openapi.json"), "utf8"));
  expect(await servedDocument()).toEqual(written);
});

it("describes every route with an example and every error by its code", async () => {
  const { paths, components, openapi } = await servedDocument();
  expect(openapi).toMatch(/^3\.1/);
  const seen = new Set<string>();
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    const { $ref, example } =
      operation.responses["200"]?.content?.["application/json"]?.schema ?? {};
    const shown = $ref ? components.schemas[$ref.split("/").at(-1) ?? ""]?.example : example;
    const parts = JSON.stringify(operation.responses["200"]);
    // A stream shows one of its own.
    const isShown = shown !== undefined || parts.includes("anyOf") || parts.includes('"example"');
    expect(isShown, operation.operationId).toBe(true);
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
      const described = JSON.stringify(operation.responses[String(factsOf(code).status)] ?? "");
      if (described.includes(`\`${code}\``)) seen.add(code);
    }
  }
  // Unknown methods belong to no operation.
  const routeless = ["method_not_allowed"];
  expect([...seen, ...routeless].sort()).toEqual(Object.keys(ERROR_CODES).sort());
});

it("gives no component a name that generators make from an operation's", async () => {
  const { paths, components } = await servedDocument();
  const made = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .map(({ operationId }) => `${operationId[0]?.toUpperCase()}${operationId.slice(1)}`)
    .flatMap((name) => ["Response", "Responses", "Data", "Params"].map((end) => name + end));
  const taken = Object.keys(components.schemas).filter((name) => made.includes(name));
  expect(taken).toEqual([]);
});

it("lets null be no part of what a component's name stands for", async () => {
  const { components } = await servedDocument();
  for (const [name, { type }] of Object.entries(components.schemas)) {
    expect([type].flat(), name).not.toContain("null");
  }
});

it("makes a client that type-checks and works against the running service", async () => {
  const ollama = await startFakeOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  const document = (await gateway.get("/api/openapi.json").then((r) => r.json())) as OpenAPI3;
  // Inside the project, so that the client finds the packages it imports.
  await mkdir(join(projectRoot, "node_modules/.cache"), { recursive: true });
  const folder = await mkdtemp(join(projectRoot, "node_modules/.cache/openapi-client-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "schema.ts"), astToString(await openapiTypescript(document)));
  const client = join(folder, "client.ts");
  await copyFile(join(projectRoot, "tests/fixtures/openapi-client.ts"), client);
  await run(process.execPath, [
    join(projectRoot, "node_modules/typescript-native/bin/tsc"),
    ...[
      "--ignoreConfig",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--skipLibCheck",
    ],
    ...["--allowImportingTsExtensions", "--rewriteRelativeImportExtensions"],
    ...["--lib", "es2023,dom", "--types", "", "--outDir", folder, client],
  ]);
  const { useGeneratedClient } = (await import(pathToFileURL(join(folder, "client.js")).href)) as {
    useGeneratedClient: (baseUrl: string) => Promise<unknown>;
  };
  expect(await useGeneratedClient(gateway.url)).toEqual({
    chatText: "Hello",
    generatedText: "Hello",
    completionText: "Hello",
    modelfile: "FROM fake",
    refusedCode: "validation_error",
    modelNames: ["fake:latest"],
    status: "healthy",
  });
});

it("shows the documentation without any foreign address", async () => {
  const ollama = await startFakeOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  const page = await gateway.get("/api/docs").then((r) => r.text());
  expect(await gateway.get("/api/docs/").then((r) => r.text())).toBe(page);
  expect(page).not.toMatch(/(src|href)="https?:/);
  expect(page.match(/<!doctype/gi)).toHaveLength(1);
  for (const [, path] of page.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    const asset = await gateway.get(path ?? "");
    expect(asset.status, path).toBe(200);
    expect((await asset.text()).length).toBeGreaterThan(1000);
  }
  expect((await gateway.get("/api/docs/..%2f..%2fpackage.json")).status).toBe(400);
});
