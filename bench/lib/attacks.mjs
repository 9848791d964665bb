import { Buffer } from "node:buffer";

const MIB = 1_048_576;
/** What the service's own routes and the drop-in paths take by default. */
const OWN_BYTES = 1.45 * MIB;
const DROP_IN_BYTES = 60 * MIB;

const messages = [{ role: "user", content: "hi" }];
const one = "one:latest";

/** So many bytes of the same, as a list's inside. @param {string} value @param {number} bytes */
const filled = (value, bytes) =>
  `${`${value},`.repeat(Math.floor(bytes / (value.length + 1)))}${value}`;
/** @param {number} levels */
const nested = (levels) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
/** @param {object} fields */
const chat = (fields) => JSON.stringify({ model: one, messages, ...fields });
/** A body with this in place of 0 at its end. @param {object} fields @param {string} value */
const ending = (fields, value) => chat({ ...fields, more: 0 }).replace(/0}$/, `${value}}`);
const image = Buffer.alloc(9 * MIB, "image").toString("base64");
const vectors = (bytes) => filled(`[${filled("0.123", 4000)}]`, bytes);

/**
 * What clients could send to hold the main thread up or to fill the memory, each a few at a time.
 * @type {{ name: string, path: string, body: () => string, times?: number }[]}
 */
export const ATTACKS = [
  ...["chat", "chat/completions", "generate", "vlm", "batch/chat"].map((route) => ({
    name: `wrong messages, ${route}`,
    path: `/api/v1/${route}`,
    body: () => `{"messages":[${filled('{"a":1}', OWN_BYTES)}]}`,
  })),
  {
    name: "right messages",
    path: "/api/v1/chat",
    body: () => chat({ messages: Array.from({ length: 2048 }, () => messages[0]) }),
  },
  {
    name: "parts",
    path: "/api/v1/chat",
    body: () =>
      chat({
        messages: Array.from({ length: 2000 }, () => ({
          role: "user",
          content: Array.from({ length: 8 }, () => ({ type: "text", text: "a" })),
        })),
      }),
  },
  {
    name: "unknown fields",
    path: "/api/v1/chat",
    body: () =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 90_000 }, (_, i) => [`k${i}`, 1]))),
  },
  {
    name: "empty lists",
    path: "/api/v1/chat",
    body: () => ending({}, `[${filled("[]", OWN_BYTES)}]`),
  },
  {
    name: "empty lists, read on a thread",
    path: "/api/v1/chat/completions",
    body: () => ending({}, `[${filled("[]", OWN_BYTES)}]`),
  },
  {
    name: "not images",
    path: "/api/v1/vlm",
    body: () => `{"images":[${filled('"a"', OWN_BYTES)}],"messages":[]}`,
  },
  { name: "deep, small", path: "/api/v1/chat", body: () => ending({}, nested(30_000)) },
  {
    name: "deep format",
    path: "/api/v1/chat",
    body: () => chat({ format: { a: 0 } }).replace(":0}", `:${nested(30_000)}}`),
  },
  { name: "deep, large", path: "/api/chat", body: () => ending({}, nested(20 * MIB)) },
  {
    name: "wide, 60 MB",
    path: "/api/chat",
    body: () => ending({}, `[${filled("[]", DROP_IN_BYTES)}]`),
  },
  {
    name: "a million numbers, 60 MB",
    path: "/v1/chat/completions",
    body: () => ending({}, `[${filled("1".repeat(59), DROP_IN_BYTES)}]`),
  },
  {
    name: "a name of 60 MB",
    path: "/api/chat",
    body: () => chat({ model: "m".repeat(DROP_IN_BYTES) }),
  },
  { name: "a name of 1 MB", path: "/api/v1/chat", body: () => chat({ model: "m".repeat(MIB) }) },
  { name: "large images", path: "/api/chat", body: () => chat({ images: [image, image, image] }) },
  {
    name: "texts to embed",
    path: "/api/v1/embeddings",
    body: () => `{"model":"all-minilm","input":[${filled('"a"', 8190)}]}`,
  },
  {
    name: "a long text to embed",
    path: "/api/embed",
    body: () => JSON.stringify({ model: "all-minilm", input: "a ".repeat(20 * MIB) }),
  },
  {
    name: "vectors to rank",
    path: "/api/v1/embeddings/similarity",
    body: () => `{"query":[${filled("0.123", 4000)}],"documents":[${vectors(OWN_BYTES - 5000)}]}`,
  },
  {
    name: "numbers to rank",
    path: "/api/v1/embeddings/similarity",
    body: () => `{"query":[1],"documents":[[${filled("1", OWN_BYTES)}]]}`,
  },
  {
    name: "questions to compare",
    path: "/api/v1/chat",
    body: () => chat({ messages: [{ role: "user", content: `${"what is the ".repeat(1300)}?` }] }),
    times: 20,
  },
];
