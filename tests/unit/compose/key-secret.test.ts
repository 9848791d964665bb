import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { keySecret } from "../../../src/compose/key-secret.ts";

async function newHome() {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-secret-"));
  onTestFinished(() => rm(home, { recursive: true }));
  return { home, file: join(home, "data", "key-secret") };
}

it("is made once, for its user only, and another one in another home", async () => {
  const { home, file } = await newHome();
  const secret = await keySecret(home);
  expect(secret.byteLength).toBe(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await keySecret(home)).toEqual(secret);
  expect(await keySecret((await newHome()).home)).not.toEqual(secret);
});

it("is one for all who make it at once", async () => {
  const { home } = await newHome();
  const secrets = await Promise.all(Array.from({ length: 8 }, () => keySecret(home)));
  expect(new Set(secrets.map((secret) => Buffer.from(secret).toString("hex"))).size).toBe(1);
});

it.each(["", "abc", "00".repeat(31), "not hexadecimal"])("is not taken from %j", async (text) => {
  const { home, file } = await newHome();
  await mkdir(join(home, "data"));
  await writeFile(file, text);
  await expect(keySecret(home)).rejects.toThrow(
    `PROJECT_FROM_API_KEY needs ${file}: it is damaged`,
  );
  expect(await readFile(file, "utf8")).toBe(text);
});

it("says where it cannot be written", async () => {
  const { home } = await newHome();
  await writeFile(join(home, "data"), "");
  await expect(keySecret(home)).rejects.toThrow("PROJECT_FROM_API_KEY needs");
});
