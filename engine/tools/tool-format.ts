/** The format in which a family of models writes a call. */
export type ToolFormat = {
  /** The mark that begins a call; empty: the call is bare JSON at the beginning of the answer. */
  readonly opens: string;
  /** The mark that ends a call; empty: the end of its JSON does. */
  readonly closes: string;
};

const HERMES: ToolFormat = { opens: "<tool_call>", closes: "</tool_call>" };
const MISTRAL: ToolFormat = { opens: "[TOOL_CALLS]", closes: "" };
/** Llama 3 puts this mark before a call in some of its versions. */
const PYTHON_TAG: ToolFormat = { opens: "<|python_tag|>", closes: "" };
const BARE: ToolFormat = { opens: "", closes: "" };

/** The formats in which a model writes calls, found in the text of its chat template. */
export function toolFormats(template: string): readonly ToolFormat[] {
  const marked = [HERMES, MISTRAL].filter(({ opens }) => template.includes(opens));
  if (marked.length > 0) return marked;
  return [PYTHON_TAG, BARE];
}
