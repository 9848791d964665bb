import type { Context, Env } from "hono";
import type { Dialect } from "../src/errors/render.ts";
import type { BodyBudget } from "../src/http/body-budget.ts";
import type { BunEnv } from "../src/http/exchange-bun.ts";
import type { BodyLimit } from "../src/http/body-limit.ts";
import type { Exchange } from "../src/http/exchange.ts";
import type { NodeEnv } from "../src/http/exchange-node.ts";
import type { RequestRecord } from "../src/requests/request-record.ts";

/** The variables that middleware puts on the context of each request. */
export interface AppEnv extends Env {
  Bindings: NodeEnv | BunEnv;
  Variables: {
    exchange: Exchange;
    record: RequestRecord;
    dialect: Dialect;
    /** The most bytes that this route reads of a body. */
    bodyLimit: BodyLimit;
    /** The memory that large bodies are read into. */
    bodies: BodyBudget;
    /** Headers that every answer of this request carries, as name, value, name … */
    addedHeaders: string[];
  };
}

/** Variables are read with `c.get(name)`: Hono's `c.var` copies all of them each time. */
export type AppContext = Context<AppEnv>;
