/** What can be said in a chat beside messages, with one line about each. */
export const CHAT_COMMANDS: readonly (readonly [typed: string, about: string])[] = [
  ["/model [NAME]", "ask another model; without a name: which there are"],
  ["/system [TEXT]", "give a system prompt; without one: none"],
  ["/image PATH", "show the model an image with the next message"],
  ["/clear", "begin a new conversation"],
  ["/help", "this list"],
  ["/bye", "leave; so do Ctrl-D, and Ctrl-C where nothing is typed"],
];

/** What else there is to know. */
export const CHAT_HINTS: readonly string[] = [
  'A message with more than one line: begin and end it with """, or paste it.',
  "A path of an image in a message shows the image. Ctrl-C stops an answer.",
];

/** The list of commands as a terminal shows it. */
export function chatHelp(): string[] {
  const width = Math.max(...CHAT_COMMANDS.map(([typed]) => typed.length));
  const lines = CHAT_COMMANDS.map(([typed, about]) => `  ${typed.padEnd(width)}  ${about}`);
  return [...lines, "", ...CHAT_HINTS.map((hint) => `  ${hint}`)];
}
