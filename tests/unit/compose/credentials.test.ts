import { expect, it } from "vitest";
import { credentialsNotice, forwardsCredentials } from "../../../src/compose/credentials.ts";

it.each([
  ["auto", undefined, false],
  ["auto", "http://127.0.0.1:11434", false],
  ["auto", "http://localhost:11434", false],
  ["auto", "http://[::1]:11434", false],
  ["auto", "http://0.0.0.0:11434", false],
  ["auto", "https://ollama.example.org", true],
  ["auto", "http://192.168.1.5:11434", true],
  ["always", undefined, true],
  ["always", "http://127.0.0.1:11434", true],
  ["never", "https://ollama.example.org", false],
] as const)(
  "FORWARD_AUTH=%s with %s passes credentials on: %s",
  (forwardAuth, ollamaBaseUrl, on) => {
    expect(forwardsCredentials({ forwardAuth, ollamaBaseUrl })).toBe(on);
    expect(credentialsNotice({ forwardAuth, ollamaBaseUrl }) !== undefined).toBe(on);
  },
);

it("names the server in its notice, and no password of its address", () => {
  const ollamaBaseUrl = "https://me:secret@ollama.example.org:8443";
  const notice = credentialsNotice({ forwardAuth: "auto", ollamaBaseUrl });
  expect(notice).toContain("ollama.example.org:8443");
  expect(notice).not.toContain("secret");
});
