import { Hono } from "hono";
import { expect, it } from "vitest";
import { SplitRouter } from "../../../routes/split-router.ts";

const app = new Hono({ router: new SplitRouter("/api/v1") });
const passed: string[] = [];
app.use(async (_c, next) => {
  passed.push("all");
  await next();
});
app.use("/api/v1/*", async (_c, next) => {
  passed.push("below");
  await next();
});
app.get("/api/v1/models/:name{.+}/show", (c) => c.text(`show ${c.req.param("name")}`));
app.get("/api/v1/models/:name{.+}", (c) => c.text(`model ${c.req.param("name")}`));
app.all("/api/v1/*", (c) => c.text("unknown"));
app.get("/", (c) => c.text("root"));
app.all("*", (c) => c.text("other"));

it.each([
  ["GET", "/api/v1/models/a/b:c", "model a/b:c", ["all", "below"]],
  ["GET", "/api/v1/models/a/b:c/show", "show a/b:c", ["all", "below"]],
  ["POST", "/api/v1/models/a", "unknown", ["all", "below"]],
  ["GET", "/api/v1", "unknown", ["all", "below"]],
  ["GET", "/api/v1/", "unknown", ["all", "below"]],
  ["GET", "/api/v10", "other", ["all"]],
  ["POST", "/api/chat", "other", ["all"]],
  ["GET", "/", "root", ["all"]],
  ["POST", "/", "other", ["all"]],
])("answers %s %s with %s", async (method, path, text, through) => {
  passed.length = 0;
  const answer = await app.request(path, { method });
  expect(await answer.text()).toBe(text);
  expect(passed).toEqual(through);
});
