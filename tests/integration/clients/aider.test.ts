// Recorded from aider 0.86.2 with OLLAMA_API_BASE at an Ollama; texts are cut.
import type { Header } from "../../support/http-wire.ts";
import { plays } from "./play.ts";
import { json, lines, pythonJson, sending, type Step } from "./steps.ts";

/** A chat comes without a content type. */
const LITELLM: Header[] = [
  ["Accept", "*/*"],
  ["Accept-Encoding", "gzip, deflate"],
  ["Connection", "keep-alive"],
  ["User-Agent", "litellm/1.81.10"],
];
const TYPE: Header = ["Content-Type", "application/json"];

const show: Step = {
  what: "reads what the model can do, before and after each chat",
  ask: sending("/api/show", [...LITELLM, TYPE], '{"name":"fake"}'),
  needs: json(200, { modelfile: "FROM fake", model_info: {} }),
};
const said = (role: string, content: string): object => ({ role, content, images: [] });
const messages = [
  said("system", "Act as an expert software developer."),
  said("user", "Change the greeting to be more casual"),
  said("assistant", "Ok."),
  said("user", "say hi"),
];

plays({
  client: "aider (ollama_chat/)",
  ollama: ["0.13.5", "0.30.0"],
  steps: [
    show,
    show,
    {
      what: "chats, with a context for the prompt and lists of no images",
      ask: sending(
        "/api/chat",
        LITELLM,
        pythonJson({
          model: "fake",
          messages,
          options: { temperature: 0, num_ctx: 9024 },
          stream: true,
        }),
      ),
      needs: lines({ done: true, prompt_eval_count: 7, eval_count: 2 }),
      model: "fake",
    },
    show,
  ],
});

plays({
  client: "aider (ollama/)",
  ollama: ["0.13.5", "0.30.0"],
  steps: [
    show,
    {
      what: "has its conversation completed as one prompt",
      ask: sending(
        "/api/generate",
        LITELLM,
        pythonJson({
          model: "fake",
          prompt: "### User:\nhi\n\n",
          options: { temperature: 0, num_ctx: 9024 },
          stream: true,
          images: [],
        }),
      ),
      needs: lines({ done: true }),
      model: "fake",
    },
  ],
});
