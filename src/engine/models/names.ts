/** The parts of a model's name; absent parts are filled with Ollama's defaults. */
export type ModelName = {
  readonly host: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
};

const DEFAULT_HOST = "registry.ollama.ai";
const DEFAULT_NAMESPACE = "library";
const DEFAULT_TAG = "latest";

const PART = /^\w[\w.-]{0,79}$/;
const NAMESPACE = /^\w[\w-]{0,79}$/;
const HOST = /^\w[\w.:-]{0,349}$/;

/** Reads `[scheme://][host/][namespace/]model[:tag]`; `undefined` when it is no valid name. */
export function parseModelName(text: string): ModelName | undefined {
  const bare = text.replace(/^[a-z+.-]*:\/\//i, "");
  const slash = bare.lastIndexOf("/");
  const [model = "", tag = DEFAULT_TAG, ...more] = bare.slice(slash + 1).split(":");
  if (more.length > 0) return undefined;
  const before = slash < 0 ? [] : bare.slice(0, slash).split("/");
  if (before.length > 2) return undefined;
  const [namespace = DEFAULT_NAMESPACE, host = DEFAULT_HOST] = before.toReversed();
  const valid = PART.test(model) && PART.test(tag) && NAMESPACE.test(namespace) && HOST.test(host);
  return valid ? { host, namespace, model, tag } : undefined;
}

/** The name as lists show it: default host and namespace dropped, the tag always kept. */
export function shortName({ host, namespace, model, tag }: ModelName): string {
  const name = `${model}:${tag}`;
  if (host !== DEFAULT_HOST) return `${host}/${namespace}/${name}`;
  return namespace === DEFAULT_NAMESPACE ? name : `${namespace}/${name}`;
}

/** The name with every part, as Ollama prints it in refusals. */
export function fullName({ host, namespace, model, tag }: ModelName): string {
  return `${host}/${namespace}/${model}:${tag}`;
}

/** Names are equal whatever their case. */
export function sameName(a: ModelName, b: ModelName): boolean {
  return fullName(a).toLowerCase() === fullName(b).toLowerCase();
}
