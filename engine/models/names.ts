import { MAX_NAME_CHARS } from "../values/limits.ts";

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

const SCHEME = /^([a-z][a-z\d+.-]*):\/\/(?=[^/]+\/[^/]+\/)/i;

/** Reads `[[scheme://]host/][namespace/]model[:tag]`; `undefined` for an invalid name. */
export function parseModelName(text: string): ModelName | undefined {
  if (text.length > MAX_NAME_CHARS) return undefined;
  const bare = text.replace(SCHEME, "");
  const slash = bare.lastIndexOf("/");
  const [model = "", tag = DEFAULT_TAG, ...more] = bare.slice(slash + 1).split(":");
  if (more.length > 0) return undefined;
  const before = slash < 0 ? [] : bare.slice(0, slash).split("/");
  if (before.length > 2) return undefined;
  const [namespace = DEFAULT_NAMESPACE, host = DEFAULT_HOST] = before.toReversed();
  const name = { host, namespace, model, tag };
  return isModelName(name) ? name : undefined;
}

/** Whether every part is valid: no part leads out of a folder. */
export function isModelName({ host, namespace, model, tag }: ModelName): boolean {
  return PART.test(model) && PART.test(tag) && NAMESPACE.test(namespace) && HOST.test(host);
}

/** The scheme of a name with a host, if it is `http` or `https`. */
export function schemeOf(text: string): "http" | "https" | undefined {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : undefined;
}

/** The name as lists show it: without the default host and namespace, always with the tag. */
export function shortName({ host, namespace, model, tag }: ModelName): string {
  const name = `${model}:${tag}`;
  if (host.toLowerCase() !== DEFAULT_HOST) return `${host}/${namespace}/${name}`;
  return namespace.toLowerCase() === DEFAULT_NAMESPACE ? name : `${namespace}/${name}`;
}

/** The name with every part, as Ollama prints it in refusals. */
export function fullName({ host, namespace, model, tag }: ModelName): string {
  return `${host}/${namespace}/${model}:${tag}`;
}

/** Names are equal whatever their case. */
export function sameName(a: ModelName, b: ModelName): boolean {
  return fullName(a).toLowerCase() === fullName(b).toLowerCase();
}
