import { describe, expect, it } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { startCliService } from "../../support/cli-service.ts";

const COMMANDS = [
  "models list",
  "models ps",
  "models show fake",
  "models pull fake",
  "models create x --from fake",
  "models copy fake x",
  "models rm fake --yes",
  "models load fake",
  "models unload fake",
  "models pin fake",
  "models unpin fake",
  "preload",
  "warmup",
  "memory",
  "profile",
  "ask hi",
  "chat",
  "embed hi",
  "load-test",
];

it.each(COMMANDS)("%s ends with 3 where nothing answers", async (line) => {
  const url = `http://127.0.0.1:${await freePort(0)}`;
  const end = await cli([...line.split(" "), "--url", url], { input: "" });
  expectOneLine(end);
  expect(end).toMatchObject({
    code: 3,
    stderr: `Nothing answers at ${url}. Start it: shared-ollama start\n`,
  });
});

it.each([
  "models",
  "models lst",
  "models show",
  "models copy fake",
  "models load fake --keep-alive soon",
  "models create x",
  "models create x --from a --modelfile b",
  "memory-limit --ram none",
  "memory-limit --profile huge",
  "preload more",
])("%s ends with 2 and says how it is called", async (line) => {
  const end = await cli(line.split(" "));
  expectOneLine(end);
  expect(end.code).toBe(2);
});

describe("shared-ollama models", () => {
  it("lists what is installed, with sizes and aliases", async () => {
    const service = await startCliService({}, {}, { aliases: { "gpt-4o": "fake" } });
    const shown = await service.run(["models", "list"]);
    expect(shown).toMatch(/^NAME +SIZE +CHANGED +ALIASES\nfake:latest +1\.0 KB +.* ago +gpt-4o\n/);
    expect(await service.run(["models", "ls"])).toBe(shown);
    expect(await service.json("models list")).toMatchObject({
      models: [{ name: "fake:latest" }, {}],
    });
    expectToFit(await cliInTerminal(["models", "list"], service).endsWith(0));
  });

  it("says how to get one where none is installed", async () => {
    const service = await startCliService({}, { models: [] });
    service.ollama.installed.clear();
    const end = await service.end(["models", "list"]);
    expect(end).toMatchObject({ code: 0, stdout: "" });
    expect(end.stderr).toContain("shared-ollama models pull");
  });

  it("shows what is in memory, and for how long", async () => {
    const service = await startCliService();
    expect(await service.run(["models", "ps"])).toMatch(
      /^NAME +MEMORY +ON GPU +CONTEXT +LEAVES\nfake:latest +1000 B +0 % +– +never\n/,
    );
    expect(await service.json("models ps")).toMatchObject({
      models: [{ name: "fake:latest" }, {}],
    });
  });

  it("shows what is known of one", async () => {
    const service = await startCliService();
    expect(await service.run(["models", "show", "fake"])).toMatch(/^Capabilities +completion\n$/);
    expect(await service.json("models show", "fake")).toMatchObject({
      capabilities: ["completion"],
    });
  });

  it("loads, pins, unpins and unloads one", async () => {
    const service = await startCliService({}, { models: ["fake:latest", "other:latest"] });
    const says = async (...args: string[]): Promise<string> => service.run(["models", ...args]);
    expect(await says("load", "other", "--keep-alive", "30m")).toMatch(/^other is in memory; /);
    const [load] = service.ollama.to("/api/generate").map(({ body }) => JSON.parse(String(body)));
    expect(load).toMatchObject({ model: "other:latest", keep_alive: "30m" });
    expect(await says("load", "other")).toBe("other was in memory already.\n");
    expect(await says("pin", "other")).toContain("stays in memory");
    const refused = await service.end(["models", "unload", "other"]);
    expectOneLine(refused);
    expect(refused).toMatchObject({ code: 1, stderr: "The model 'other' is pinned\n" });
    expect(await says("unpin", "other")).toContain("may leave memory again");
    expect(await says("unload", "other")).toBe("other is out of memory.\n");
    expect(await service.json("models load", "other")).toMatchObject({ status: "success" });
    await service.json("models pin", "other");
    await service.json("models unpin", "other");
    await service.json("models unload", "other");
  });

  it("copies one, and removes it after a yes", async () => {
    const service = await startCliService();
    await service.json("models copy", "fake", "mine");
    const unasked = await service.end(["models", "rm", "mine"]);
    expectOneLine(unasked);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain("--yes");
    const refusing = cliInTerminal(["models", "rm", "mine"], service);
    await refusing.shows("Remove mine");
    refusing.type("n");
    expect(await refusing.endsWith(1)).toContain("Nothing was changed");
    expect(service.ollama.installed).toContain("mine:latest");
    const agreeing = cliInTerminal(["models", "remove", "mine"], service);
    await agreeing.shows("Remove mine");
    agreeing.type("y");
    expect(await agreeing.endsWith(0)).toContain("mine was removed.");
    expect(service.ollama.installed).not.toContain("mine:latest");
    await service.run(["models", "copy", "fake", "mine"]);
    expect(await service.json("models rm", "mine", "--yes")).toMatchObject({ deleted: true });
  });

  it.each(["show", "load", "pin", "copy", "rm"])(
    "%s ends with 4 for one that is not there",
    async (word) => {
      const service = await startCliService();
      const more = { copy: ["x"], rm: ["--yes"] }[word] ?? [];
      const end = await service.end(["models", word, "nope", ...more]);
      expectOneLine(end);
      expect(end.code).toBe(4);
      expect(end.stderr).toContain("nope");
      expect(end.stderr).toMatch(/See: shared-ollama models list$|shared-ollama models pull$/m);
    },
  );
});

describe("memory and profile", () => {
  it("fit a terminal, and are what the routes tell", async () => {
    const service = await startCliService();
    const memory = await cliInTerminal(["memory"], service).endsWith(0);
    expectToFit(memory);
    expect(memory).toMatch(/Machine +\d.* available/);
    expect(memory).toMatch(/fake:latest +1000 B/);
    await service.json("memory");
    const profile = await cliInTerminal(["profile"], service).endsWith(0);
    expectToFit(profile);
    expect(profile).toMatch(/Profile +(small|large) \(chosen by the memory\)/);
    await service.json("profile");
  });

  it.each([
    ["32", "22"],
    ["64", "48"],
  ])(
    "the limit of a machine with %s GB is %s GB, whether a service runs or not",
    async (ram, gb) => {
      const { code, stdout } = await cli(["memory-limit", "--ram", ram]);
      expect([code, stdout]).toEqual([0, `OLLAMA_MAX_RAM=${gb}GB\n`]);
    },
  );

  it("the limit goes by the settings, and says which of them is wrong", async () => {
    const env = { SHARED_OLLAMA_FORCE_PROFILE: "large", OLLAMA_LARGEST_MODEL_GB: "4" };
    const { stdout } = await cli(["memory-limit", "--json"], { env });
    expect(JSON.parse(stdout)).toMatchObject({ profile: "large", largest_model_gb: 4, models: 2 });
    const wrong = await cli(["memory-limit"], { env: { RAG_RESERVE_GB: "much" } });
    expectOneLine(wrong);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("RAG_RESERVE_GB")]);
  });
});
