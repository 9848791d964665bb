import { describe, expect, it } from "vitest";
import { toolTexts, bodyOf, startAgents } from "../support/agents.ts";
import { expectNativeError, idOf, jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

describe("POST /api/v1/agents/{name}/run", () => {
  it("runs the tools of an MCP server, and answers with the contract's form", async () => {
    const world = await startAgents();
    await world.create();
    world.model(({ messages }) =>
      messages.length === 2
        ? { text: "Let me see.", calls: [["say", { text: "42" }]] }
        : { text: "It is 42." },
    );
    const answer = await world.run();
    const body = await jsonOf(answer);
    expect(body).toMatchObject({
      agent: "helper",
      status: "completed",
      response: "It is 42.",
      message: { role: "assistant", content: "It is 42.", tool_calls: null, tool_call_id: null },
      model: "fake",
      request_id: idOf(answer),
      prompt_eval_count: 40,
      generation_eval_count: 8,
      model_warm_start: true,
      steps: [
        { kind: "model", outcome: "completed", input_tokens: 20 },
        { kind: "tool", server: "own", tool: "say", outcome: "completed" },
        { kind: "model", outcome: "completed" },
      ],
    });
    const asked = world.ollama.to("/api/chat").map(bodyOf);
    expect(asked[0]?.messages).toEqual([
      { role: "system", content: "You help." },
      { role: "user", content: "hi" },
    ]);
    expect(asked[1] && toolTexts(asked[1])).toEqual(["42"]);
    await nothingIsHeld(world);
  });

  it("needs a prompt or messages, and an agent", async () => {
    const world = await startAgents();
    await world.create();
    const empty = await world.gateway.post("/api/v1/agents/helper/run", {});
    await expectNativeError(empty, { status: 404, code: "agent_not_found", type: "NotFoundError" });
    const nothing = await world.run({ prompt: undefined });
    await expectNativeError(nothing, {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
    });
    const other = await world.run({}, "other");
    expect(other.status).toBe(404);
  });
});
