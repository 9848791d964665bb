import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startCliService } from "../../support/cli-service.ts";
import { HeldAnswers } from "../../support/held-answers.ts";
import { photo } from "../../support/image-files.ts";
import { bodiesTo } from "../../support/service.ts";
import { makeHome } from "../../support/service-process.ts";

const [ENTER, UP, END_OF_INPUT] = ["\r", "\u001B[A", "\u0004"];
const PASTE_START = "\u001B[200~";
const PASTE_END = "\u001B[201~";

async function startChat(args: string[] = [], fake: Parameters<typeof startCliService>[1] = {}) {
  const service = await startCliService({}, fake);
  const home = await makeHome();
  const env = { ...service.env, HOME: home, XDG_STATE_HOME: join(home, "state") };
  const open = () => {
    const terminal = cliInTerminal(["chat", "fake", ...args], { env });
    return { ...terminal, say: (text: string) => terminal.type(`${text}${ENTER}`) };
  };
  const history = join(home, "state", "shared-ollama", "chat-history");
  const messages = () => bodiesTo(service.ollama, "/api/chat").map((body) => body["messages"]);
  return { service, home, open, history, messages };
}

describe("shared-ollama chat in a terminal", () => {
  it("keeps to what was said, and keeps what was typed for its owner alone", async () => {
    const { open, history, messages } = await startChat(["--system", "Be kind"]);
    const chat = open();
    await chat.shows(/>>> $/);
    chat.say("one");
    await chat.shows(/one\s+Hello\s+>>> $/);
    chat.say("two");
    await chat.shows(/two\s+Hello\s+>>> $/);
    chat.type(END_OF_INPUT);
    await chat.endsWith(0);
    const system = { role: "system", content: "Be kind" };
    const said = [
      { role: "user", content: "one" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "two" },
    ];
    expect(messages()).toEqual([
      [system, said[0]],
      [system, ...said],
    ]);
    expect(await readFile(history, "utf8")).toBe("one\ntwo\n");
    expect((await stat(history)).mode & 0o777).toBe(0o600);
    const next = open();
    await next.shows(/>>> $/);
    next.type(`${UP}${UP}${ENTER}`);
    await next.shows(/>>> one[^>]*Hello\s+>>> $/);
    next.say("/bye");
    await next.endsWith(0);
  });

  it("keeps nothing of it with --no-history", async () => {
    const { open, history } = await startChat(["--no-history"]);
    const chat = open();
    await chat.shows(/>>> $/);
    chat.say("one");
    await chat.shows(/Hello\s+>>> $/);
    chat.say("/bye");
    await chat.endsWith(0);
    await expect(stat(history)).rejects.toThrow("ENOENT");
  });

  it("stops an answer with Ctrl-C, clears a line with it, and leaves where nothing is typed", async () => {
    const { open, service, messages } = await startChat();
    const answers = new HeldAnswers(service.ollama, "/api/chat");
    const chat = open();
    await chat.shows(/>>> $/);
    chat.say("count");
    const answer = await answers.next();
    answer.piece("1 2 3");
    await chat.shows("1 2 3");
    chat.interrupt();
    await chat.shows(/1 2 3\s+\(stopped\)\s+>>> $/);
    await answer.sawCancel();
    chat.type("not sent");
    await chat.shows("not sent");
    chat.interrupt();
    chat.say("go on");
    const second = await answers.next();
    second.piece("4");
    second.finish();
    await chat.shows(/4\s+>>> $/);
    expect(messages().at(-1)).toEqual([
      { role: "user", content: "count" },
      { role: "assistant", content: "1 2 3" },
      { role: "user", content: "go on" },
    ]);
    chat.interrupt();
    await chat.endsWith(0);
    // Pastes are not marked any more.
    expect(chat.raw().lastIndexOf("\u001B[?2004l")).toBeGreaterThan(
      chat.raw().indexOf("\u001B[?2004h"),
    );
  });

  it("takes messages of many lines, typed and pasted", async () => {
    const { open, messages } = await startChat();
    const chat = open();
    await chat.shows(/>>> $/);
    chat.say('"""first');
    await chat.shows(/\.\.\. $/);
    chat.say('second"""');
    await chat.shows(/Hello\s+>>> $/);
    chat.type(`${PASTE_START}a\rb\rc${PASTE_END}`);
    await chat.shows(/\.\.\. c$/);
    chat.type(ENTER);
    await chat.shows(/c\s+Hello\s+>>> $/);
    chat.say("/bye");
    await chat.endsWith(0);
    const contents = messages().map((list) => (list as { content: string }[]).at(-1)?.content);
    expect(contents).toEqual(["first\nsecond", "a\nb\nc"]);
  });

  it("has commands, and goes on after a wrong one", async () => {
    const { open, messages } = await startChat([], { models: ["fake:latest", "other:latest"] });
    const chat = open();
    await chat.shows(/>>> $/);
    chat.say("/help");
    await chat.shows(/\/system \[TEXT\]/);
    chat.say("/modle other");
    await chat.shows("There is no /modle");
    chat.say("/model nope");
    await chat.shows("No model 'nope' is installed");
    chat.say("/model");
    await chat.shows(/\* fake:latest\s+other:latest/);
    chat.say("one");
    await chat.shows(/one\s+Hello\s+>>> $/);
    chat.say("/clear");
    await chat.shows("A new conversation.");
    chat.say("/system Be brief");
    await chat.shows("holds from now on");
    chat.say("/model other");
    await chat.shows("other answers from now on");
    chat.say("two");
    await chat.shows(/two\s+Hello\s+>>> $/);
    chat.say("/bye");
    expectToFit(await chat.endsWith(0));
    expect(messages().at(-1)).toEqual([
      { role: "system", content: "Be brief" },
      { role: "user", content: "two" },
    ]);
  });

  it("shows images by their paths", async () => {
    const { open, home, messages } = await startChat([], { vision: ["fake:latest"] });
    await writeFile(join(home, "a photo.jpg"), await photo());
    const chat = open();
    await chat.shows(/>>> $/);
    chat.say("What is in ~/nothing.png?");
    await chat.shows("Cannot read the image");
    chat.say('What is in "~/a photo.jpg"?');
    await chat.shows(/Hello\s+>>> $/);
    chat.say("/image ~/none.png");
    await chat.shows("none.png: there is no such file");
    chat.say("/bye");
    await chat.endsWith(0);
    const [message] = (messages().at(-1) ?? []) as { content: string; images: string[] }[];
    expect(message).toMatchObject({ content: "What is in ?", images: [expect.any(String)] });
  });

  it("goes on after a failure, whose question is not part of what was said", async () => {
    const { open, service, messages } = await startChat();
    const answers = new HeldAnswers(service.ollama, "/api/chat");
    const chat = open();
    await chat.shows(/>>> $/);
    chat.say("one");
    (await answers.next()).json({ error: "out of luck" }, 500);
    await chat.shows("out of luck");
    chat.say("two");
    const second = await answers.next();
    second.piece("fine");
    second.finish();
    await chat.shows(/fine\s+>>> $/);
    chat.say("/bye");
    await chat.endsWith(0);
    expect(messages().at(-1)).toEqual([{ role: "user", content: "two" }]);
  });
});

describe("shared-ollama chat with a pipe", () => {
  it("answers each line, for people and for programs", async () => {
    const { service, messages } = await startChat();
    const args = ["chat", "--model", "fake"];
    expect(await service.run(args, "one\n\ntwo\n")).toBe("Hello\nHello\n");
    expect(messages().at(-1)).toHaveLength(3);
    const { stdout } = await service.end([...args, "--json"], "one\n/bye\ntwo\n");
    expect(await expectShape("chat", stdout)).toEqual([
      { model: "fake", text: "Hello", truncated: false },
    ]);
  });

  it("has nothing to say where nothing is asked", async () => {
    const { service } = await startChat();
    expect(await service.end(["chat", "--model", "fake"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  it.each([
    [["chat", "--model", "nope"], "hi\n", 4],
    [["chat", "more", "words"], "", 2],
    [["chat", "fake", "--model", "other"], "", 2],
    [["chat", "--model", "fake"], "/model nope\n", 1],
  ])("%j with the input %j ends with %d", async (args, input, code) => {
    const { service } = await startChat();
    const end = await service.end(args, input);
    expectOneLine(end);
    expect(end.code).toBe(code);
  });
});
