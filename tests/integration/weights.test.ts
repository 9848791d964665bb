import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { serviceLog, startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";

/** What the server says that each answer has taken: ten seconds. */
const TOOK = { prompt_eval_duration: 1, eval_duration: 10e9 };

/** One each, again and again; a load that took a moment may swap a pair. */
const TURNS = /^(ab|ba){4}$/;

/** How a request says whose it is. */
type Way = "X-Project-Name" | "the URL";

async function setUp(way: Way = "X-Project-Name") {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-tenants-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const tenantsFile = join(folder, "tenants.yaml");
  await writeFile(tenantsFile, "weights: {}\n");
  const ollama = await startFakeOllama();
  const chats = new HeldAnswers(ollama, "/api/chat");
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url }, {}, { tenantsFile });
  const ask = async (tenant: string): Promise<void> => {
    const body = { model: "fake", messages: [{ role: "user", content: `from ${tenant}` }] };
    const json = { "content-type": "application/json" };
    const answer =
      way === "the URL"
        ? gateway.post(`/project/${tenant}/api/chat`, body)
        : gateway.post("/api/chat", body, { headers: { ...json, "x-project-name": tenant } });
    await (await answer).text();
  };
  const says = (words: string) =>
    until(() => gateway.said.some((line) => line.includes(words)), `the service says ${words}`);
  /** Who is served in which order, when two tenants have four requests each. */
  const order = async (): Promise<string> => {
    const asked: Promise<void>[] = [];
    for (const tenant of ["a", "b", "a", "b", "a", "b", "a", "b"]) {
      asked.push(ask(tenant));
      await until(() => gateway.service.load().text === asked.length, "the request is queued");
    }
    const served: string[] = [];
    for (let i = 0; i < asked.length; i += 1) {
      const held = await chats.next();
      served.push(/from (\w)/.exec(held.request.body.toString())?.[1] ?? "nobody");
      held.finish(TOOK);
    }
    await Promise.all(asked);
    return served.join("");
  };
  return { tenantsFile, gateway, says, order };
}

it.each<Way>(["X-Project-Name", "the URL"])(
  "weights are read again while the service runs, and count from then on for tenants that %s names",
  async (way) => {
    const { tenantsFile, says, order } = await setUp(way);
    expect(await order()).toMatch(TURNS);
    await writeFile(tenantsFile, "weights: { a: 4 }\n");
    await says("config/tenants.yaml was read again. Weights: 1,");
    const first = (await order()).slice(0, 5);
    expect(first.replaceAll("b", "").length).toBeGreaterThanOrEqual(4);
  },
);

it("a file with mistakes is told, and changes nothing", async () => {
  const { tenantsFile, gateway, says, order } = await setUp();
  await writeFile(tenantsFile, "weights: { a: 1000 }\n");
  await says("Weights and names stay as they were. config/tenants.yaml: weights.a");
  await until(
    async () => (await serviceLog(gateway)).includes("config/tenants.yaml was not taken over"),
    "the log says so",
  );
  expect(await order()).toMatch(TURNS);
});
