import { z } from "@hono/zod-openapi";
import { filledText, integer, maybe, number, text } from "../fields.ts";
import { openaiFields } from "../generation.ts";
import { imageFields } from "../images.ts";
import { LIST_LIMITS } from "../list-limits.ts";
import { list } from "../lists.ts";
import { InputField } from "./input.ts";
import { ResponseToolChoiceField, TextField, ToolsField } from "./settings.ts";

/** OpenAI's bounds. */
const METADATA = { entries: 16, key: 64, value: 512 };

const Metadata = z
  .record(z.string().max(METADATA.key), z.string().max(METADATA.value))
  .refine((given) => Object.keys(given).length <= METADATA.entries, {
    message: `has more than ${METADATA.entries} fields`,
  });

const { model, stream, seed, stop, top_k, min_p } = openaiFields;
const { repeat_penalty, frequency_penalty, presence_penalty } = openaiFields;
const { reasoning_effort } = openaiFields;

const fields = {
  model,
  stream,
  input: InputField,
  instructions: maybe(text()),
  previous_response_id: maybe(filledText()).openapi({
    description: "The response that the conversation goes on from; its instructions do not hold",
  }),
  store: maybe(z.boolean()).openapi({
    description: "Default true: the response is kept in memory for an hour",
  }),
  text: maybe(TextField),
  tools: maybe(ToolsField),
  tool_choice: maybe(ResponseToolChoiceField),
  parallel_tool_calls: maybe(z.boolean()),
  max_output_tokens: maybe(integer(1)),
  temperature: maybe(number(0, 2)),
  top_p: maybe(number(0, 1)),
  top_logprobs: maybe(integer(0, 20)),
  reasoning: maybe(
    z.object({ effort: reasoning_effort, summary: maybe(z.enum(["auto", "concise", "detailed"])) }),
  ),
  include: maybe(list(z.string(), LIST_LIMITS.stop)).openapi({
    description: "`message.output_text.logprobs`; others are taken, and not acted on",
  }),
  truncation: maybe(z.enum(["auto", "disabled"])).openapi({
    description:
      "Default auto: of a prompt that does not fit the model's context a part is left out, and the response says so (`truncated`); disabled refuses it with `prompt_too_large`",
  }),
  metadata: maybe(Metadata).openapi({ description: "Shown in the response" }),
  user: maybe(z.string()).openapi({ description: "Shown in the response" }),
  background: maybe(
    z
      .boolean()
      .refine((given) => !given, "responses are made at once, not in the background")
      .openapi({ description: "Only false: responses are made at once" }),
  ),
  seed,
  stop,
  top_k,
  min_p,
  repeat_penalty,
  frequency_penalty,
  presence_penalty,
  ...imageFields,
};

/** What asks for something that is not there, or stands in another place here. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["conversation", "is not offered: go on with previous_response_id"],
  ["prompt", "is not offered: send the text in instructions and input"],
  ["messages", "is chat's: send them in input"],
  ...["response_format", "format", "guided_json", "json_schema", "structured_outputs"]
    .concat(["guided_regex", "guided_choice", "guided_grammar", "grammar"])
    .map((name): [string, string] => [
      name,
      "is not acted on here: send a JSON Schema in text.format",
    ]),
]);

export const ResponseRequest = z
  .looseObject(fields)
  .superRefine((body, ctx) => {
    for (const [name, message] of REFUSED) {
      if (body[name] === undefined || body[name] === null) continue;
      ctx.addIssue({ code: "custom", path: [name], message });
    }
  })
  .openapi("ResponseRequest", {
    example: { model: "smollm2:135m", input: "Why is the sky blue?" },
  });

export type ResponseInput = z.infer<typeof ResponseRequest>;
