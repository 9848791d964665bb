/** Characters of an event: a part of an answer has some thousand at most. */
const LONGEST_EVENT = 16 * 1_048_576;

/**
 * The data of server-sent events, however the network cut them. Comments and other fields are
 * passed over.
 * @throws Error for an event without end; what reading throws.
 */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  for await (const piece of body) {
    // What was left has no line end in it.
    const searched = rest.length;
    rest += decoder.decode(piece, { stream: true });
    let from = 0;
    for (let end = rest.indexOf("\n", searched); end >= 0; end = rest.indexOf("\n", from)) {
      const line = rest.slice(from, end).replace(/\r$/, "");
      from = end + 1;
      if (line.startsWith("data:")) data.push(line.slice("data:".length).replace(/^ /, ""));
      if (line !== "" || data.length === 0) continue;
      yield data.join("\n");
      data = [];
    }
    rest = rest.slice(from);
    if (rest.length > LONGEST_EVENT) throw new Error("The service sent an event without end");
  }
}
