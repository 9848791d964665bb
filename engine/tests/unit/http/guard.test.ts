import { describe, expect, it } from "vitest";
import { isAllowed } from "../../../http/guard.ts";

describe("the guard", () => {
  it.each([
    [{ host: "127.0.0.1:8080" }],
    [{ host: "localhost" }],
    [{ host: "[::1]:80" }],
    [{ host: "studio.local:1" }],
    [{ host: "127.0.0.1:1", origin: "http://localhost:3000" }],
    [{ host: "127.0.0.1:1", origin: "http://127.0.0.1:1" }],
    [{ host: "127.0.0.1:1", origin: "app://obsidian.md" }],
    [{}],
  ])("lets %j in", (headers) => {
    expect(isAllowed(headers)).toBe(true);
  });

  it.each([
    [{ host: "evil.example" }],
    [{ host: "localhost.evil.example:80" }],
    [{ host: "127.0.0.1:1", origin: "https://evil.example" }],
    [{ host: "127.0.0.1:1", origin: "http://localhost.evil.example" }],
    [{ host: "127.0.0.1:1", origin: "null" }],
  ])("keeps %j out", (headers) => {
    expect(isAllowed(headers)).toBe(false);
  });
});
