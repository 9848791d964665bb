import { isObject } from "../runtime/is-object.ts";

/** How an image is written: with a data URL's head, or as bare base64. */
export type ImageNotation = "url" | "base64";

/** What becomes of an image's text; undefined leaves it as it is. */
type Visit = (text: string, at: { path: string; notation: ImageNotation }) => string | undefined;

/**
 * Calls `visit` for each text of an inference body that stands where an image belongs, in the
 * order of the body, and puts the returned text in its place.
 *
 * Images are in `images` of the body and of its messages (Ollama), and in the content parts
 * `image_url` and `input_image` (OpenAI), also in what a function has answered. A batch has such bodies in `requests`.
 * @param ownRoutes on the service's own routes `images` holds data URLs.
 */
export function visitImages(body: unknown, ownRoutes: boolean, visit: Visit): void {
  if (!isObject(body)) return;
  const requests = body["requests"];
  if (ownRoutes && Array.isArray(requests)) {
    requests.forEach((item, i) => visitRequest(item, `requests.${i}.`, ownRoutes, visit));
  }
  visitRequest(body, "", ownRoutes, visit);
}

function visitRequest(request: unknown, path: string, ownRoutes: boolean, visit: Visit): void {
  if (!isObject(request)) return;
  visitList(request["images"], `${path}images`, ownRoutes ? "url" : "base64", visit);
  for (const name of ["messages", "input"]) {
    const messages = request[name];
    if (!Array.isArray(messages)) continue;
    messages.forEach((message, i) => visitMessage(message, `${path}${name}.${i}`, visit));
  }
}

function visitMessage(message: unknown, path: string, visit: Visit): void {
  if (!isObject(message)) return;
  visitList(message["images"], `${path}.images`, "base64", visit);
  for (const name of ["content", "output"]) {
    const parts = message[name];
    if (!Array.isArray(parts)) continue;
    parts.forEach((part, i) => visitPart(part, `${path}.${name}.${i}`, visit));
  }
}

function visitPart(part: unknown, path: string, visit: Visit): void {
  if (!isObject(part)) return;
  const { image_url: url } = part;
  if (isObject(url)) visitField(url, "url", `${path}.image_url.url`, visit);
  else visitField(part, "image_url", `${path}.image_url`, visit);
}

function visitList(list: unknown, path: string, notation: ImageNotation, visit: Visit): void {
  if (!Array.isArray(list)) return;
  list.forEach((text: unknown, i) => {
    if (typeof text !== "string") return;
    list[i] = visit(text, { path: `${path}.${i}`, notation }) ?? text;
  });
}

function visitField(
  holder: Record<string, unknown>,
  name: string,
  path: string,
  visit: Visit,
): void {
  const text = holder[name];
  if (typeof text === "string") holder[name] = visit(text, { path, notation: "url" }) ?? text;
}
