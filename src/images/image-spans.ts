import { JsonCursor, type Span } from "./json-cursor.ts";

/**
 * Where the texts of a JSON body stand that `visitImages` finds in the parsed one, by their path.
 * Of a field that is there twice the last one counts, as it does in parsing.
 */
export function imageSpans(body: Buffer): Map<string, Span> {
  const json = new JsonCursor(body);
  const spans = new Map<string, Span>();
  const text = (path: string): void => {
    const span = json.text();
    if (span) spans.set(path, span);
  };
  const list = (path: string): void => json.list((i) => text(`${path}.${i}`));
  const url = (path: string): void => {
    if (!json.isObject()) return text(path);
    json.object((name) => (name === "url" ? text(`${path}.url`) : json.skip()));
  };
  const part = (path: string): void =>
    json.object((name) => (name === "image_url" ? url(`${path}.image_url`) : json.skip()));
  const message = (path: string): void =>
    json.object((name) => {
      if (name === "images") list(`${path}.images`);
      else if (name === "content" || name === "output") {
        json.list((i) => part(`${path}.${name}.${i}`));
      } else json.skip();
    });
  json.object((name) => {
    if (name === "images") list(name);
    else if (name === "messages" || name === "input") json.list((i) => message(`${name}.${i}`));
    else json.skip();
  });
  return spans;
}
