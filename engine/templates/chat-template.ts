import { EngineError, INSTALL_OLLAMA, unsupported } from "../errors.ts";
import { NO_TEMPLATE } from "../models/chat-template.ts";
import { type ToolFormat, toolFormats } from "../tools/tool-format.ts";
import { BoundedJinja, type RenderTime, TemplateError } from "./bounded-jinja.ts";
import { renderChatml, renderPlain } from "./fixed-layouts.ts";
import { jinjaMessages } from "./jinja-messages.ts";
import type { Turn } from "./turn.ts";

/** The parts of a prompt. */
export type Conversation = {
  readonly turns: readonly Turn[];
  /** Tools as the request describes them. */
  readonly tools: readonly unknown[];
  /** The texts of the model's begin and end tokens. */
  readonly marks: { readonly bos: string; readonly eos: string };
  /** The request's remaining time for rendering; by default the whole time. */
  readonly time?: RenderTime;
};

/** The layout of a model's prompts. */
export type ChatTemplate = {
  /** @throws {EngineError} 400 when the template cannot render this conversation. */
  readonly render: (conversation: Conversation) => string;
  /** The formats in which the model writes calls; empty when its template has no tools. */
  readonly toolFormats: readonly ToolFormat[];
};

/** The mark of ChatML templates. */
const CHATML_MARK = "<|im_start|>";

/**
 * The template of a model: `layer` is the stored Go template, `jinja` the one in its weights file.
 * The layer is used where the engine can render its kind, otherwise the file's. In models of
 * Ollama's library the two are equivalent.
 */
export function chatTemplate(layer: string | undefined, jinja: string | undefined): ChatTemplate {
  const go = layer?.trim() ?? "";
  const none = go === "" || go === NO_TEMPLATE;
  const chatml = go.includes(CHATML_MARK);
  if (chatml && (!go.includes(".Tools") || jinja === undefined)) return fixed(renderChatml);
  if (jinja !== undefined) return fromJinja(jinja);
  if (none) return fixed(renderPlain);
  return fixed(() => {
    throw unsupported("this model's chat template", INSTALL_OLLAMA);
  });
}

function fixed(render: (turns: readonly Turn[]) => string): ChatTemplate {
  return { render: ({ turns }) => render(turns), toolFormats: [] };
}

function fromJinja(text: string): ChatTemplate {
  let parsed: BoundedJinja | undefined;
  const knowsTools = /\btools\b/.test(text);
  return {
    toolFormats: knowsTools ? toolFormats(text) : [],
    render: (conversation) => {
      try {
        parsed ??= new BoundedJinja(text);
        return renderJinja(parsed, conversation);
      } catch (err) {
        if (!(err instanceof TemplateError)) throw err;
        const text = `the model's chat template cannot render this conversation: ${err.message}`;
        throw new EngineError(400, text, { cause: err });
      }
    },
  };
}

/**
 * Renders a conversation. A last turn of the assistant is the beginning of the answer, not a turn
 * of its own. Where a template refuses a system turn, its text is put before the first user turn.
 */
function renderJinja(template: BoundedJinja, { turns, tools, marks, time }: Conversation): string {
  const last = turns.at(-1);
  const begun = last?.role === "assistant" && !last.toolCalls?.length ? last.content : "";
  const said = begun === "" ? turns : turns.slice(0, -1);
  const render = (shown: readonly Turn[]) =>
    template.render(
      {
        messages: jinjaMessages(shown),
        ...(tools.length > 0 && { tools }),
        add_generation_prompt: true,
        // The engine does not separate thoughts from answers, so models that can do without
        // thinking are told to.
        enable_thinking: false,
        bos_token: marks.bos,
        eos_token: marks.eos,
      },
      time,
    );
  try {
    return render(said) + begun;
  } catch (err) {
    const moved = withoutSystem(said);
    if (moved === undefined || !(err instanceof TemplateError)) throw err;
    try {
      return render(moved) + begun;
    } catch {
      throw err;
    }
  }
}

function withoutSystem(turns: readonly Turn[]): readonly Turn[] | undefined {
  const system = turns.filter(({ role }) => role === "system");
  const rest = turns.filter(({ role }) => role !== "system");
  const [first] = rest;
  if (system.length === 0 || first?.role !== "user") return undefined;
  const content = [...system, first].map((turn) => turn.content).join("\n\n");
  return [{ ...first, content }, ...rest.slice(1)];
}
