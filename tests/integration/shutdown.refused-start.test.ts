import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SETTINGS } from "../../config/schema.ts";
import { serviceVersion } from "../../src/runtime/paths.ts";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

describe("a start that cannot be", () => {
  it("ends with code 1 and names the port and, where the system tells, its holder", async () => {
    const holder = createServer().listen({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => void holder.close());
    await new Promise((resolve) => holder.once("listening", resolve));
    const { port } = holder.address() as AddressInfo;
    const env = { OLLAMA_BASE_URL: (await startFakeOllama()).url, API_PORT: String(port) };
    const home = await makeHome();
    const service = startServiceProcess({ home, env });
    await service.endsWith(1);
    expect(service.stderr).toMatch(
      new RegExp(
        `^Port ${port} is in use( by (.+ \\()?process ${process.pid}\\)?)?: ` +
          `end that, or choose another port with API_PORT=${port + 1}\n$`,
      ),
    );
    expect(service.stdout).not.toContain("Listening");
    // What a crash would leave: who looks later would take it for one.
    expect(existsSync(join(home, "data", "service.json"))).toBe(false);
  });

  it("says nothing of listening when it was told to stop before it did", async () => {
    const home = await makeHome();
    const ollama = await startFakeOllama();
    // The start waits for its answer; the stop does not.
    ollama.script("/api/version", () => {});
    const env = { OLLAMA_BASE_URL: ollama.url, CLIENT_HEALTH_CHECK_TIMEOUT: "60" };
    const service = startServiceProcess({ home, env });
    await until(() => ollama.to("/api/version").length > 0, "the service looks for Ollama");
    service.signal("SIGINT");
    await service.endsWith(0);
    expect(service.stdout).toMatch(/SIGINT: stopping.*\nStopped\.\n$/);
    expect(existsSync(join(home, "data", "service.json"))).toBe(false);
  });

  it("ends with code 2 and tells all mistakes of the configuration at once", async () => {
    const service = startServiceProcess({
      home: await makeHome(),
      env: { API_PORT: "eighty", API_LOG_LEVEL: "loud", OLLAMA_BASE_URL: "nowhere" },
      args: ["--drain-timeout", "long", "--max-prompt-tokens=0"],
    });
    await service.endsWith(2);
    expect(service.stderr).toContain("The configuration has mistakes:");
    for (const mistake of [
      'API_PORT="eighty"',
      'API_LOG_LEVEL="loud"',
      'OLLAMA_BASE_URL="nowhere"',
      'MAX_PROMPT_TOKENS="0"',
      'DRAIN_TIMEOUT="long"',
    ]) {
      expect(service.stderr).toContain(mistake);
    }
    expect(service.stdout).toBe("");
  });

  it("ends with code 2 when everyone would be let in, and says the ways out", async () => {
    const env = { API_HOST: "0.0.0.0" };
    const service = startServiceProcess({ home: await makeHome(), env });
    await service.endsWith(2);
    expect(service.stderr).toContain("ALLOW_UNAUTHENTICATED=true");
  });

  it("ends with code 2 on an unknown flag", async () => {
    const service = startServiceProcess({ home: await makeHome(), args: ["--colour", "red"] });
    await service.endsWith(2);
    expect(service.stderr).toMatch(/--colour.*--help/s);
  });
});

describe("a question to the program", () => {
  it("--help tells every setting and ends with code 0", async () => {
    const service = startServiceProcess({ home: await makeHome(), args: ["--help"] });
    await service.endsWith(0);
    for (const { env } of Object.values(SETTINGS)) expect(service.stdout).toContain(env);
    expect(service.stderr).toBe("");
  });

  it("--version tells the version and ends with code 0", async () => {
    const service = startServiceProcess({ home: await makeHome(), args: ["--version"] });
    await service.endsWith(0);
    expect(service.stdout).toBe(`${serviceVersion}\n`);
  });
});
