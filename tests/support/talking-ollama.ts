import type { FakeOllama } from "./fake-ollama.ts";

interface Asked {
  stream: boolean;
  messages: { role: string; content: string }[];
  tools?: { function: { name: string } }[];
  format?: unknown;
  think?: unknown;
}

/** What the model says where it is asked for JSON. */
export const A_CAT = { name: "Tom", age: 4 };

/**
 * Has a fake's model behave as one does: it calls the first tool for Paris and Rome, says what the
 * tools have answered, writes JSON where that is asked for, and thinks where it is told to.
 */
export function talk(ollama: FakeOllama): void {
  ollama.script("/api/chat", (request, response) => {
    const asked = JSON.parse(request.body.toString()) as Asked;
    const lines = [...linesTo(asked), END];
    if (asked.stream) {
      response.writeHead(200, { "Content-Type": "application/x-ndjson" });
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      return;
    }
    const messages = lines.map(({ message }) => message);
    const joined = (field: "content" | "thinking") =>
      messages.map((message) => message[field] ?? "").join("");
    const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls);
    const message = {
      role: "assistant",
      content: joined("content"),
      ...(joined("thinking") === "" ? {} : { thinking: joined("thinking") }),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ ...END, message }));
  });
}

interface Line {
  message: { role: string; content?: string; thinking?: string; tool_calls?: object[] };
  done: boolean;
}

const END: Line & Record<string, unknown> = {
  message: { role: "assistant", content: "" },
  done: true,
  done_reason: "stop",
  prompt_eval_count: 7,
  eval_count: 5,
};

function linesTo({ messages, tools, format, think }: Asked): Line[] {
  const thoughts = think ? ["Let me", " see."].map((thinking) => ({ thinking })) : [];
  const pieces = () => {
    if (format) return ['{"name":', '"Tom","age":4}'].map((content) => ({ content }));
    const [tool] = tools ?? [];
    const results = messages.filter(({ role }) => role === "tool");
    if (results.length > 0) {
      return [{ content: "It is " }, { content: results.map(({ content }) => content).join(", ") }];
    }
    if (!tool) return [{ content: "Hel" }, { content: "lo" }];
    const { name } = tool.function;
    return ["Paris", "Rome"].map((city) => ({
      tool_calls: [{ function: { name, arguments: { city } } }],
    }));
  };
  return [...thoughts, ...pieces()].map((said) => ({
    message: { role: "assistant", content: "", ...said },
    done: false,
  }));
}
