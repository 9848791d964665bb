import { withAgents } from "../lib/agents.mjs";
import { ask, chat } from "../lib/ask.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const TURN_MS = 100;
const FLOOD = 12;
const ASKED = 20;
const GOAL = 1.15;

/** What a chat waits beside another tenant's flood of runs, and of chats. */
export async function agentSharing() {
  const chats = await beside((setup) => ask(setup.url, chat("fake", 4), "flood"));
  const runs = await beside(async (setup) => {
    const answer = await setup.run(
      [
        ["echo", {}],
        ["echo", { n: 2 }],
      ],
      {},
      "flood",
    );
    await answer.text();
  });
  const part = runs / chats;
  return {
    title: `A chat beside another tenant that keeps ${FLOOD} requests open; a turn takes ${TURN_MS} ms`,
    table: markdownTable(
      ["the other tenant's", "median ms", "part"],
      [
        ["chats", figure(chats, 0), "1"],
        ["runs of an agent", figure(runs, 0), figure(part)],
      ],
    ),
    goal: `beside runs at most ${GOAL} of what it waits beside chats`,
    isMet: part <= GOAL,
  };
}

function beside(request) {
  const settings = { AGENT_RUNS_PER_TENANT: String(FLOOD), TENANT_MAX_TEXT: "100" };
  return withAgents({ turnMs: TURN_MS, settings }, async (setup) => {
    const over = new AbortController();
    const keepAsking = async () => {
      while (!over.signal.aborted) await request(setup);
    };
    const flood = Array.from({ length: FLOOD }, keepAsking);
    await new Promise((resolve) => setTimeout(resolve, 10 * TURN_MS));
    const took = [];
    for (let i = 0; i < ASKED; i += 1) {
      took.push((await ask(setup.url, chat("fake", 4), "light")).tookMs);
    }
    over.abort();
    await Promise.all(flood);
    return median(took);
  });
}
