/** Finds the end of a JSON object or list that arrives in pieces. Each character is read once. */
export class JsonExtent {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #seen = 0;

  /** The end of the value that `text` begins with; `undefined` while it is incomplete. */
  end(text: string): number | undefined {
    while (this.#seen < text.length) {
      this.#step(text.charAt(this.#seen));
      this.#seen += 1;
      if (this.#depth === 0) return this.#seen;
    }
    return undefined;
  }

  #step(char: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (this.#inString && char === "\\") this.#escaped = true;
    else if (char === '"') this.#inString = !this.#inString;
    else if (this.#inString) return;
    else if (char === "{" || char === "[") this.#depth += 1;
    else if (char === "}" || char === "]") this.#depth -= 1;
  }
}
