import { describe, expect, it } from "vitest";
import { exampleOf } from "../../../../src/models/fine-tuning/training-example.ts";

const system = (content: string) => ({ role: "system", content });
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

describe("an example", () => {
  it.each([
    [{ messages: [user("a"), assistant("b")] }, [user("a"), assistant("b")]],
    [
      { id: 7, messages: [system("s"), user("a"), assistant("b"), user("c"), assistant("d")] },
      [system("s"), user("a"), assistant("b"), user("c"), assistant("d")],
    ],
    [
      { messages: [user(" a\n"), { ...assistant("b"), name: null }] },
      [user(" a\n"), assistant("b")],
    ],
    [{ instruction: "a", output: "b" }, [user("a"), assistant("b")]],
    [{ instruction: "a", input: "", output: "b", text: "x" }, [user("a"), assistant("b")]],
    [{ instruction: "a", input: null, system: "", output: "b" }, [user("a"), assistant("b")]],
    [
      { instruction: "a", input: "i", system: "s", output: "b" },
      [system("s"), user("a\n\ni"), assistant("b")],
    ],
    [{ prompt: "a", completion: "b" }, [user("a"), assistant("b")]],
    [{ prompt: "a", completion: "b", input: "i" }, [user("a"), assistant("b")]],
    [{ question: "a", answer: "b", source: ["x"] }, [user("a"), assistant("b")]],
  ])("%j becomes a chat", (value, messages) => {
    expect(exampleOf(value)).toEqual({ messages });
  });

  it.each([
    [[], "is not a JSON object"],
    [null, "is not a JSON object"],
    ["text", "is not a JSON object"],
    [{}, "has no example's fields: messages, instruction and output, "],
    [{ text: "a" }, "has no example's fields"],
    [JSON.parse('{"__proto__":{"messages":[]}}'), "has no example's fields"],
    [{ messages: "a" }, "'messages' is not a list"],
    [{ messages: [] }, "'messages' has none of the user"],
    [{ messages: [assistant("a")] }, "'messages' has none of the user"],
    [{ messages: [user("a")] }, "does not end with an answer of the assistant"],
    [{ messages: [user("a"), assistant("b"), user("c")] }, "does not end with an answer"],
    [
      { messages: [user("a"), system("s"), assistant("b")] },
      "messages[1] is a late system message",
    ],
    [{ messages: ["a"] }, "messages[0] is not an object"],
    [{ messages: [{ role: "human", content: "a" }] }, "messages[0] has a role other than system,"],
    [{ messages: [{ content: "a" }] }, "messages[0] has a role other than"],
    [{ messages: [user("a"), { role: "tool", content: "a" }] }, "messages[1] has a role other"],
    [{ messages: [{ role: "user" }] }, "the content of messages[0] is missing"],
    [{ messages: [{ role: "user", content: ["a"] }] }, "the content of messages[0] is not text"],
    [{ messages: [user("a"), { role: "assistant", content: null }] }, "messages[1] is not text"],
    [{ messages: [user(" \n")] }, "the content of messages[0] is empty"],
    [
      { messages: [user("a"), { ...assistant("b"), weight: 0 }] },
      "messages[1] has 'weight' beside role and content",
    ],
    [{ instruction: "a" }, "'output' is missing"],
    [{ output: "a" }, "'instruction' is missing"],
    [{ completion: "a" }, "'prompt' is missing"],
    [{ question: "a", answer: 7 }, "'answer' is not text"],
    [{ question: "", answer: "a" }, "'question' is empty"],
    [{ instruction: "a", input: 7, output: "b" }, "'input' is not text"],
    [{ prompt: "a", completion: "b", system: [] }, "'system' is not text"],
  ])("%j is none", (value, problem) => {
    expect(exampleOf(value)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
