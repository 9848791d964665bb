/** A field or a file of a form (multipart/form-data). */
export interface FormPart {
  name: string;
  /** It comes with a file's name, which may be empty. */
  isFile: boolean;
  /** The content type in lower case; empty where there is none. */
  type: string;
  /** A view of the body. */
  value: Buffer;
}

/** Go's reader, which Ollama uses, takes no more. */
const MAX_PARTS = 1000;

/** The header lines before a part's value. Clients write two of a hundred bytes. */
const MAX_HEAD_BYTES = 8192;

/** RFC 2046 §5.1.1. */
const MAX_BOUNDARY_CHARS = 70;

/** `name=value` as in RFC 2045: a token, or a quoted text in which nothing is escaped. */
const PARAMETER = /;[ \t]*([\w*-]+)=(?:"([^"\\]*)"|([\w!#$%&'*+.^`|~-]+))/y;

const TYPE_PARAMETERS: ReadonlySet<string> = new Set(["boundary", "charset"]);
const PART_PARAMETERS: ReadonlySet<string> = new Set(["name", "filename", "filename*"]);

/** The value with the blanks around it: to look for them here would take long where it is no value. */
const HEADER = /^([\w!#$%&'*+.^`|~-]+):([\t\x20-\x7e\x80-\xff]*)$/;

const CRLF = "\r\n";

/**
 * Splits a form into its parts, which stay where they are. Readers of forms differ in what they
 * forgive: a lone line feed, a repeated header, an escaped name. So only what is written the plain
 * way, as every client's library writes it, is read here; Go reads that in no other way.
 * @param contentType the request's, with the boundary.
 * @returns undefined for what is no such form.
 */
export function readFormParts(body: Buffer, contentType: string): FormPart[] | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  const opening = `--${boundary}`;
  const delimiter = CRLF + opening;
  // What stands before the first part could pass for JSON.
  if (!standsAt(body, 0, opening)) return undefined;
  const parts: FormPart[] = [];
  let at = opening.length;
  while (standsAt(body, at, CRLF)) {
    if (parts.length === MAX_PARTS) return undefined;
    const head = readHead(body, at + CRLF.length);
    // A boundary right behind the blank line ends the part for some, and is its value for others.
    if (!head || standsAt(body, head.end, opening)) return undefined;
    const end = body.indexOf(delimiter, head.end);
    if (end < 0) return undefined;
    parts.push({ ...head.facts, value: body.subarray(head.end, end) });
    at = end + delimiter.length;
  }
  const rest = body.toString("latin1", at, at + "--".length + CRLF.length + 1);
  return rest === "--" || rest === `--${CRLF}` ? parts : undefined;
}

function standsAt(body: Buffer, at: number, text: string): boolean {
  return body.toString("latin1", at, at + text.length) === text;
}

function boundaryOf(contentType: string): string | undefined {
  const parameters = parametersOf(contentType.trim(), "multipart/form-data", TYPE_PARAMETERS);
  const boundary = parameters?.get("boundary");
  if (!boundary || boundary.length > MAX_BOUNDARY_CHARS) return undefined;
  return /^[\x20-\x7e]+$/.test(boundary) ? boundary : undefined;
}

/** Reads the header lines of a part; `end` is where its value begins. */
function readHead(
  body: Buffer,
  start: number,
): { facts: Omit<FormPart, "value">; end: number } | undefined {
  const near = body.subarray(start, start + MAX_HEAD_BYTES);
  const bytes = near.indexOf(CRLF + CRLF);
  if (bytes < 0) return undefined;
  const headers = new Map<string, string>();
  for (const line of near.toString("latin1", 0, bytes).split(CRLF)) {
    const [, name = "", value = ""] = HEADER.exec(line) ?? [];
    if (name === "" || headers.has(name.toLowerCase())) return undefined;
    headers.set(name.toLowerCase(), value.trim());
  }
  const facts = factsOf(headers);
  return facts && { facts, end: start + bytes + 2 * CRLF.length };
}

function factsOf(headers: ReadonlyMap<string, string>): Omit<FormPart, "value"> | undefined {
  // Go would decode quoted-printable.
  const encoding = headers.get("content-transfer-encoding") ?? "binary";
  if (!/^(?:7bit|8bit|binary)$/i.test(encoding)) return undefined;
  const disposition = headers.get("content-disposition") ?? "";
  const parameters = parametersOf(disposition, "form-data", PART_PARAMETERS);
  const name = parameters?.get("name");
  if (!parameters || name === undefined) return undefined;
  return {
    name: Buffer.from(name, "latin1").toString(),
    isFile: parameters.has("filename") || parameters.has("filename*"),
    type: (headers.get("content-type") ?? "").toLowerCase(),
  };
}

/**
 * The parameters behind a header's first word, by their names in lower case.
 * @param known the names that may stand there, each once: others, such as `name*0`, could be parts
 *   of these.
 */
function parametersOf(
  header: string,
  word: string,
  known: ReadonlySet<string>,
): Map<string, string> | undefined {
  if (header.slice(0, word.length).toLowerCase() !== word) return undefined;
  const parameters = new Map<string, string>();
  let at = word.length;
  while (at < header.length) {
    PARAMETER.lastIndex = at;
    const [all = "", written = "", quoted, token = ""] = PARAMETER.exec(header) ?? [];
    const name = written.toLowerCase();
    if (!known.has(name) || parameters.has(name)) return undefined;
    parameters.set(name, quoted ?? token);
    at += all.length;
  }
  return parameters;
}
