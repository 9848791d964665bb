/** A chat layout that the engine knows, as Ollama writes it into a model. */
export type ChatTemplate = {
  readonly name: string;
  readonly text: string;
  readonly stop: readonly string[];
};

export const CHATML: ChatTemplate = {
  name: "chatml",
  text: `{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
`,
  stop: ["<|im_start|>", "<|im_end|>"],
};

/** The template that is shown for a model without one: its text goes in as it is. */
export const NO_TEMPLATE = "{{ .Prompt }}";

/**
 * The plain layout that a GGUF file's own template writes. A template that does more, such as
 * tools, is not replaced: the engine renders it as it is.
 */
export function detectTemplate(chatTemplate: unknown): ChatTemplate | undefined {
  if (typeof chatTemplate !== "string" || /\btools\b/.test(chatTemplate)) return undefined;
  return CHATML.stop.every((mark) => chatTemplate.includes(mark)) ? CHATML : undefined;
}

/** Whether two templates are equal but for line ends and the white space around them. */
export function sameTemplate(one: string, other: string): boolean {
  const bare = (text: string) => text.replaceAll("\r\n", "\n").trim();
  return bare(one) === bare(other);
}
