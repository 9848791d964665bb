import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { agentsFolder as shippedFolder } from "../../src/runtime/paths.ts";
import { until } from "../support/deadline.ts";
import { serviceLog } from "../support/gateway.ts";
import { jsonOf, startService } from "../support/service.ts";
import { makeHome } from "../support/service-process.ts";

const ELSEWHERE = { headers: { "X-Project-Name": "acme", "X-Forwarded-For": "10.1.2.3" } };

/** A service with the operator's agents, whose files the test writes. */
async function setUp(files: Record<string, string> = {}) {
  const agentsFolder = join(await makeHome(), "agents");
  await mkdir(agentsFolder);
  const write = (name: string, text: string) => writeFile(join(agentsFolder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const { gateway } = await startService({}, {}, { agentsFolder, agentFilesEveryMs: 10 });
  const agents = async (init: RequestInit = ELSEWHERE): Promise<Record<string, string>> => {
    const body = await jsonOf(await gateway.get("/api/v1/agents", init));
    const list = body["agents"] as { name: string; role: string }[];
    return Object.fromEntries(list.map(({ name, role }) => [name, role]));
  };
  const has = (wanted: Record<string, string>) =>
    until(
      async () => JSON.stringify(await agents()) === JSON.stringify(wanted),
      `the agents are ${JSON.stringify(wanted)}`,
    );
  const said = (words: string) =>
    until(() => gateway.said.some((line) => line.includes(words)), `it says ${words}`);
  return {
    gateway,
    agents,
    has,
    said,
    write,
    remove: (name: string) => rm(join(agentsFolder, name)),
  };
}

const GOOD = "role: Proofread.\nmodel: fake\noptions: {temperature: 0}\n";

it("agents of files are everyone's, and no client changes them, whoever it is", async () => {
  const { gateway } = await setUp({ "proof.yaml": GOOD });
  const agent = await jsonOf(await gateway.get("/api/v1/agents/proof", ELSEWHERE));
  expect(agent).toMatchObject({
    name: "proof",
    role: "Proofread.",
    options: { temperature: 0 },
    visibility: "everyone",
    file: "config/agents/proof.yaml",
    may_change: false,
  });
  expect(agent).not.toHaveProperty("owner");
  for (const init of [ELSEWHERE, {}]) {
    for (const method of ["PUT", "DELETE"]) {
      const body = method === "PUT" ? { body: JSON.stringify({ role: "x", model: "fake" }) } : {};
      const answer = await gateway.get("/api/v1/agents/proof", { ...init, ...body, method });
      expect(answer.status).toBe(403);
      expect((await jsonOf(answer))["error"]).toContain("config/agents/proof.yaml");
    }
  }
  const taken = await gateway.post("/api/v1/agents/create", {
    ...{ name: "proof", role: "x", model: "fake", visibility: "everyone" },
  });
  expect(taken.status).toBe(409);
  expect((await gateway.post("/api/v1/agents/proof/validate", "", ELSEWHERE)).status).toBe(200);
});

it("are read again when a file changes, comes or goes", async () => {
  const { has, write, remove } = await setUp({ "a.yaml": GOOD });
  await has({ a: "Proofread." });
  await write("b.yml", "name: second\nrole: Two.\nmodel: fake\n");
  await has({ a: "Proofread.", second: "Two." });
  await write("a.yaml", "role: Changed.\nmodel: fake\n");
  await has({ a: "Changed.", second: "Two." });
  await remove("a.yaml");
  await has({ second: "Two." });
});

it("a file with mistakes stops nothing, is told with its field, and leaves what was there", async () => {
  const { gateway, agents, has, said, write } = await setUp({
    "broken.yaml": "role: [\n",
    "comments.yaml": "# nothing\n",
    "field.yaml": "role: x\nmodel: fake\noptions: {temprature: 1}\n",
    "good.yaml": GOOD,
    "large.yaml": `role: ${"x".repeat(70_000)}\nmodel: fake\n`,
    "list.yaml": "- role: x\n",
    "missing.yaml": "role: x\n",
    "private.yaml": `${GOOD}visibility: tenant\n`,
    "same.yaml": `${GOOD}name: good\n`,
    "server.yaml": `${GOOD}mcp: [nowhere]\n`,
    "we ird.yaml": GOOD,
    "bomb.yaml": `${bomb()}\nrole: x\nmodel: fake\n`,
    ".hidden.yaml": GOOD,
    "readme.txt": "no agent",
  });
  expect(await agents()).toEqual({ good: "Proofread." });
  const told = gateway.said.join("\n");
  for (const words of [
    "config/agents/broken.yaml: ",
    "config/agents/field.yaml: options.temprature: ",
    "config/agents/large.yaml: cannot be read, or has more than 65536 bytes",
    "config/agents/list.yaml: the file: ",
    "config/agents/missing.yaml: An agent needs name, role and model; missing: model",
    "config/agents/private.yaml: visibility: ",
    "config/agents/same.yaml: name: 'good' is the agent of config/agents/good.yaml",
    "config/agents/server.yaml: mcp: nowhere is not in config/mcp.yaml",
    "config/agents/we ird.yaml: name: ",
    "config/agents/bomb.yaml: ",
  ]) {
    expect(told).toContain(words);
  }
  expect(told).not.toContain("comments.yaml");
  expect(told).not.toContain("hidden");
  const logged = (): Promise<string> => serviceLog(gateway);
  await until(async () => (await logged()).includes("field.yaml"), "the log has the mistakes");
  await write("good.yaml", "role: x\nmodel: agent:good\n");
  await said("config/agents/good.yaml: model: an agent's model is no agent");
  await has({ good: "Proofread." });
});

/** Aliases of aliases, a billion values in all. */
function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i += 1) {
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  }
  return lines.join("\n");
}

it("the folder that is shipped makes no agents, and its example is one without its comments", async () => {
  const files = await readdir(shippedFolder);
  expect(files).toEqual(["example.yaml"]);
  const text = await readFile(join(shippedFolder, "example.yaml"), "utf8");
  const { agents } = await setUp({ "example.yaml": text });
  expect(await agents()).toEqual({});
  const example = text.slice(text.indexOf("# role:")).replaceAll(/^# ?/gm, "");
  const { agents: shown, gateway } = await setUp({ "example.yaml": example });
  expect(Object.keys(await shown())).toEqual(["example"]);
  expect(gateway.said.join("\n")).not.toContain("Not taken over");
});
