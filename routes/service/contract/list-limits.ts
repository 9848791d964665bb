/** How much of a list or an object is looked at. */
export interface ListLimit {
  /** Entries, or fields. */
  entries: number;
  /** Values in it in all, however deep; keys not counted. Default: no limit of its own. */
  values?: number;
}

/**
 * The most that lists and objects of a request may hold. What is above is refused before anything
 * of it is looked at: to check 150 000 messages takes the main thread seconds. Each is far above
 * what clients send.
 */
export const LIST_LIMITS = {
  /** Fields of a body: the largest of our forms has 30, OpenAI's 40. */
  fields: { entries: 256 },
  /** Agents come to some hundreds in a conversation. */
  messages: { entries: 2048, values: 50_000 },
  /** Parts of one message: as many pages as a body may have images, with a text to each. */
  parts: { entries: 2048 },
  /** Models make a handful at a time. */
  toolCalls: { entries: 256 },
  /** OpenAI takes 128; with many MCP servers clients offer a few hundred. */
  tools: { entries: 1024, values: 50_000 },
  /** MCP servers of an agent: an operator has a handful. */
  mcpServers: { entries: 32 },
  /** Tools that an agent names: those of its servers. */
  toolNames: { entries: 1024 },
  /** Of a model. Its parts under different ones come to a handful. */
  licenses: { entries: 64 },
  /** OpenAI takes 4. */
  stop: { entries: 64 },
  /** As many as are taken out of a body (src/images/image-body.ts). */
  images: { entries: 1000 },
  /** Texts to embed: OpenAI's own limit. */
  texts: { entries: 2048 },
  /** To rank by similarity. */
  documents: { entries: 1000 },
  /** An object of any shape: options have 30 fields, a large application's schema 2 000 values. */
  object: { entries: 1024, values: 20_000 },
} as const satisfies Record<string, ListLimit>;
