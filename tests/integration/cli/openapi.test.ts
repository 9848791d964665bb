import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { projectRoot } from "../../../src/runtime/paths.ts";
import { cli, expectOneLine } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";
import { makeHome } from "../../support/service-process.ts";

const ofThisVersion = async () =>
  JSON.parse(await readFile(join(projectRoot, "docs/openapi.json"), "utf8")) as { info: unknown };

describe("shared-ollama openapi", () => {
  it("prints the document of the service that runs, as JSON or YAML", async () => {
    const { url } = await startGateway({ OLLAMA_BASE_URL: (await startFakeOllama()).url });
    const env = { SHARED_OLLAMA_URL: url };
    const end = await cli(["openapi"], { env });
    expect(end).toMatchObject({ code: 0, stderr: "" });
    const document = await expectShape("openapi", end.stdout);
    expect(document).toEqual(await (await fetch(`${url}/api/openapi.json`)).json());
    const yaml = await cli(["openapi", "--yaml"], { env });
    expect(parse(yaml.stdout)).toEqual(document);
    expect(yaml.stdout).toMatch(/^openapi: /);
  });

  it("prints that of this version where none runs, and says so", async () => {
    const home = await makeHome();
    const end = await cli(["openapi"], { env: { SHARED_OLLAMA_HOME: home, API_PORT: "1" } });
    expect(end.code).toBe(0);
    expect(end.stderr).toContain("No service runs");
    expect(JSON.parse(end.stdout)).toEqual(await ofThisVersion());
  });

  it("takes no other one for a service that was named", async () => {
    const end = await cli(["openapi", "--url", "http://127.0.0.1:1"]);
    expect(end.code).toBe(3);
    expectOneLine(end);
    const ollama = await startFakeOllama();
    expect(await cli(["openapi", "--url", ollama.url])).toMatchObject({ code: 1 });
    expect(await cli(["openapi", "--xml"])).toMatchObject({ code: 2 });
  });
});
