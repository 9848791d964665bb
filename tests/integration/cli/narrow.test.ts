import { expect, it } from "vitest";
import { cliInTerminal, expectToFit } from "../../support/cli.ts";
import { startCliService } from "../../support/cli-service.ts";
import { HeldAnswers } from "../../support/held-answers.ts";

const COLUMNS = 40;

it("screens fit a terminal of 40 columns, with whole figures", async () => {
  const service = await startCliService({ REQUEST_LOG_ENABLED: "true" });
  const chats = new HeldAnswers(service.ollama, "/api/chat");
  const client = new AbortController();
  const asked = ["one-project", "another-project-with-a-long-name"].map((project) =>
    service.gateway.post(
      "/api/v1/chat",
      { model: "fake", messages: [{ role: "user", content: `I am ${project}` }] },
      {
        headers: { "content-type": "application/json", "X-Project-Name": project },
        signal: client.signal,
      },
    ),
  );
  await chats.next();
  for (const words of ["status", "queue --once", "requests list", "models list", "models ps"]) {
    const terminal = cliInTerminal(words.split(" "), { env: service.env, columns: COLUMNS });
    const shown = await terminal.endsWith(0);
    expectToFit(shown, COLUMNS);
    // What is cut are names.
    expect(shown, words).not.toMatch(/\d…/);
  }
  client.abort();
  await Promise.allSettled(asked);
});
