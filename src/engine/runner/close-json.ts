/** Where in a JSON text we are: what is open, and what may come next. */
type State = {
  /** Closing brackets, the innermost last. */
  readonly open: string[];
  inString: boolean;
  /** The string at hand, or the last one, is a key. */
  isKey: boolean;
  /** Characters of the escape at hand: `\` or `\u00`. */
  escape: string;
  /** The last character outside a string that is no space, or `"` after one. */
  last: string;
  /** The number or word at hand. */
  word: string;
};

const WORDS = ["true", "false", "null"];

/**
 * What makes a whole of the beginning of a JSON object, for an answer that has to end. `text` is
 * what a grammar has let through so far.
 */
export function closeJson(text: string): string {
  const state = scan(text);
  if (state.open.length === 0) return text.trim() === "" ? "{}" : "";
  let end = state.inString ? `${closeEscape(state.escape)}"` : closeWord(state.word);
  const inObject = state.open.at(-1) === "}";
  const keyDone = state.isKey && (state.inString || state.last === '"');
  if (inObject && keyDone) end += ":null";
  else if (!state.inString && state.last === ":") end += "null";
  else if (!state.inString && state.last === ",") end += inObject ? '"":null' : "null";
  return end + state.open.toReversed().join("");
}

function scan(text: string): State {
  const state: State = { open: [], inString: false, isKey: false, escape: "", last: "", word: "" };
  for (const char of text) {
    if (state.inString) stepInString(state, char);
    else stepOutside(state, char);
  }
  return state;
}

function stepInString(state: State, char: string): void {
  if (state.escape !== "") {
    state.escape += char;
    const complete = state.escape.startsWith("\\u") ? 6 : 2;
    if (state.escape.length === complete) state.escape = "";
  } else if (char === "\\") {
    state.escape = char;
  } else if (char === '"') {
    state.inString = false;
    state.last = '"';
  }
}

function stepOutside(state: State, char: string): void {
  if (/\s/.test(char)) return;
  if (char === '"') {
    state.inString = true;
    state.isKey = state.open.at(-1) === "}" && (state.last === "{" || state.last === ",");
  } else if (char === "{") state.open.push("}");
  else if (char === "[") state.open.push("]");
  else if (char === "}" || char === "]") state.open.pop();
  state.word = /[\w.+-]/.test(char) ? state.word + char : "";
  if (!state.inString) state.last = char;
}

function closeEscape(escape: string): string {
  if (escape === "") return "";
  return escape === "\\" ? "\\" : "0".repeat(6 - escape.length);
}

function closeWord(word: string): string {
  const whole = /^[a-z]/.test(word) ? WORDS.find((known) => known.startsWith(word)) : undefined;
  if (whole !== undefined) return whole.slice(word.length);
  return /[-+.eE]$/.test(word) ? "0" : "";
}
