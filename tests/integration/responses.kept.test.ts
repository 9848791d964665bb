import { describe, expect, it } from "vitest";
import { EXAMPLE_IMAGE } from "../../routes/service/contract/images.ts";
import { until } from "../support/deadline.ts";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import type { Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { seenBy } from "../support/seeing-ollama.ts";
import { bodiesTo, expectOpenAIError, jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { startVision } from "../support/vision-service.ts";

const PATH = "/api/v1/responses";
const ASK = { model: "fake", input: "hi" };
const ID = /^resp_[0-9a-f]{32}$/;

const as = (project: string): RequestInit => ({
  headers: { "content-type": "application/json", "x-project-name": project },
});
const at = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
const remove = (gateway: Gateway, id: string, init: RequestInit = {}): Promise<Response> =>
  gateway.get(at(id), { ...init, method: "DELETE" });

/** Has a response made. @returns its id. */
async function made(gateway: Gateway, more: object = {}, init?: RequestInit): Promise<string> {
  const { id } = await jsonOf(await gateway.post(PATH, { ...ASK, ...more }, init));
  expect(id).toMatch(ID);
  return String(id);
}

const unknown = { status: 404, code: "not_found", type: "not_found_error" } as const;
const unknownTo = async (answer: Response): Promise<void> =>
  expectOpenAIError(answer, { ...unknown, param: "id" });
const previous = { ...unknown, code: "previous_response_not_found" };

describe("a response", () => {
  it("is given again as it was, until it is deleted", async () => {
    const { gateway } = await startService();
    const whole = await jsonOf(await gateway.post(PATH, ASK));
    const id = String(whole["id"]);
    expect(await jsonOf(await gateway.get(at(id)))).toEqual(whole);
    const deleted = await jsonOf(await remove(gateway, id));
    expect(deleted).toEqual({ id, object: "response", deleted: true });
    await unknownTo(await remove(gateway, id));
    await unknownTo(await gateway.get(at(id)));
    const answer = await gateway.post(PATH, { ...ASK, previous_response_id: id });
    await expectOpenAIError(answer, { ...previous, param: "previous_response_id" });
  });

  it("is its tenant's alone", async () => {
    const { gateway } = await startService();
    const id = await made(gateway, {}, as("one"));
    await unknownTo(await gateway.get(at(id), as("two")));
    await unknownTo(await remove(gateway, id, as("two")));
    for (const body of [
      { ...ASK, previous_response_id: id },
      { ...ASK, input: [{ type: "item_reference", id: id.replace("resp", "msg") + "_0" }] },
    ]) {
      const { status } = await gateway.post(PATH, body, as("two"));
      expect(status).toBe(404);
      expect((await gateway.post(PATH, body, as("one"))).status).toBe(200);
    }
  });

  it("is not kept where the client does not want that", async () => {
    const { gateway } = await startService();
    await unknownTo(await gateway.get(at(await made(gateway, { store: false }))));
  });

  it("is gone on from by branches, without its instructions, also when it is deleted", async () => {
    const { gateway, ollama } = await startService();
    const first = await made(gateway, { instructions: "Be kind." });
    const second = await made(gateway, { input: "two", previous_response_id: first });
    await remove(gateway, first);
    const more = { input: "three", previous_response_id: second, instructions: "Be brief." };
    await made(gateway, more);
    await made(gateway, { ...more, input: "other" });
    const [user, assistant] = ["user", "assistant"].map((role) => (content: string) => ({
      role,
      content,
    }));
    const before = [user?.("hi"), assistant?.("Hello"), user?.("two"), assistant?.("Hello")];
    const system = { role: "system", content: "Be brief." };
    const messages = bodiesTo(ollama, "/api/chat").map((body) => body["messages"]);
    expect(messages).toEqual([
      [{ role: "system", content: "Be kind." }, user?.("hi")],
      before.slice(0, 3),
      [system, ...before, user?.("three")],
      [system, ...before, user?.("other")],
    ]);
  });

  it("has items that a later request may refer to", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const calling = gateway.post(PATH, ASK);
    const call = { id: "call_1", function: { name: "sum", arguments: { a: 1 } } };
    const message = { role: "assistant", content: "So:", thinking: "Hm", tool_calls: [call] };
    (await chats.next()).json({ message, done: true, done_reason: "stop" });
    const { output } = (await jsonOf(await calling)) as { output: { id: string }[] };
    expect(output).toMatchObject([
      { type: "reasoning", summary: [{ text: "Hm" }] },
      { type: "message", content: [{ text: "So:" }] },
      { type: "function_call", call_id: "call_1", name: "sum", arguments: '{"a":1}' },
    ]);
    const references = output.map(({ id }) => ({ type: "item_reference", id }));
    const result = { type: "function_call_output", call_id: "call_1", output: "1" };
    const input = [{ role: "user", content: "hi" }, ...references, result];
    const answering = gateway.post(PATH, { ...ASK, input });
    const held = await chats.next();
    expect(held.body["messages"]).toEqual([
      { role: "user", content: "hi" },
      { role: "assistant", content: "So:", tool_calls: [call] },
      { role: "tool", content: "1", tool_call_id: "call_1", tool_name: "sum" },
    ]);
    held.finish();
    await answering;
    const wrong = output.map(({ id }) => id.replace(/_\d$/, "_7"));
    for (const id of [...wrong, "msg_1", "__proto__", "x".repeat(100_000)]) {
      const refused = await gateway.post(PATH, { ...ASK, input: [{ id }] });
      await expectOpenAIError(refused, { ...previous, param: "input.0" });
    }
  });

  it("keeps its images, which a later request is about, too", async () => {
    const { gateway } = await startVision();
    const image = { type: "input_image", image_url: EXAMPLE_IMAGE };
    const asked = { type: "input_text", text: "What is it?" };
    const ask = async (body: object) => {
      const answer = await gateway.post(PATH, { model: "eyes", ...body });
      const { id, output } = await jsonOf(answer);
      const [item] = output as { content: { text: string }[] }[];
      return { id, seen: seenBy(item?.content[0]?.text ?? "") };
    };
    const first = await ask({ input: [{ role: "user", content: [image, asked] }] });
    expect(first.seen.images).toHaveLength(1);
    for (const times of ["once", "twice"]) {
      const second = await ask({ input: times, previous_response_id: first.id });
      expect(second.seen).toMatchObject({ images: first.seen.images });
    }
    const third = await ask({
      input: [{ role: "user", content: [image] }],
      previous_response_id: first.id,
    });
    expect(third.seen.images).toHaveLength(2);
  });
});

describe("a streamed response", () => {
  it("is kept once it is whole, before its last event", async () => {
    const { gateway } = await startService();
    const stream = await gateway.post(PATH, { ...ASK, stream: true });
    const events = (await eventsOf(stream)) as { type: string; response: { id: string } }[];
    const last = events.at(-1);
    expect(last?.type).toBe("response.completed");
    expect(await jsonOf(await gateway.get(at(last?.response.id ?? "")))).toEqual(last?.response);
  });

  it("is kept when the model was cut off", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asking = gateway.post(PATH, { ...ASK, stream: true, max_output_tokens: 1 });
    const held = await chats.next();
    held.piece("Hel");
    held.finish({ done_reason: "length" });
    const events = (await eventsOf(await asking)) as { response: { id: string } }[];
    const response = await jsonOf(await gateway.get(at(events.at(-1)?.response.id ?? "")));
    expect(response).toMatchObject({
      status: "incomplete",
      completed_at: null,
      incomplete_details: { reason: "max_output_tokens" },
      max_output_tokens: 1,
      output: [{ status: "incomplete", content: [{ text: "Hel" }] }],
    });
  });

  it("cannot be deleted before, but what it goes on from can", async () => {
    const { gateway, ollama } = await startService();
    const first = await made(gateway);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const more = { input: "two", previous_response_id: first };
    const asking = gateway.post(PATH, { ...ASK, ...more, stream: true });
    const held = await chats.next();
    held.piece("Hel");
    const reader = new EventReader(await asking);
    const { id } = ((await reader.next()) as { response: { id: string } }).response;
    await unknownTo(await remove(gateway, id));
    expect((await remove(gateway, first)).status).toBe(200);
    held.finish();
    await reader.rest();
    const third = gateway.post(PATH, { ...ASK, input: "three", previous_response_id: id });
    const { body } = await chats.next();
    expect(body["messages"]).toHaveLength(5);
    chats.all.at(-1)?.finish();
    expect((await third).status).toBe(200);
  });

  it("is not kept when it fails, which its last event says", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asking = gateway.post(PATH, { ...ASK, stream: true });
    const held = await chats.next();
    held.piece("Hel");
    const reader = new EventReader(await asking);
    const first = (await reader.next()) as { response: { id: string } };
    held.crash();
    const rest = await reader.rest();
    expect(rest.at(-1)).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "upstream_unavailable" } },
    });
    await unknownTo(await gateway.get(at(first.response.id)));
  });

  it("is not kept when its client leaves", async () => {
    const service = await startService();
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const leave = new AbortController();
    const { signal } = leave;
    const asking = gateway.post(PATH, { ...ASK, stream: true }, { signal });
    const held = await chats.next();
    held.piece("Hel");
    const reader = new EventReader(await asking);
    const first = (await reader.next()) as { response: { id: string } };
    leave.abort();
    await held.sawCancel();
    await nothingIsHeld(service);
    await unknownTo(await gateway.get(at(first.response.id)));
    await until(() => chats.all.length === 1, "no second try");
  });
});
