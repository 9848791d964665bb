import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const SECRET_BYTES = 32;

/**
 * The secret that names of keys are made with, from `data/key-secret`; it is made where there is none.
 * @param home the folder that SHARED_OLLAMA_HOME names.
 * @throws Error where it cannot be read or made, and where it is damaged.
 */
export async function keySecret(home: string): Promise<Uint8Array> {
  const file = join(home, "data", "key-secret");
  try {
    const kept = await readSecret(file);
    if (kept) return kept;
    await mkdir(join(home, "data"), { recursive: true, mode: 0o700 });
    await createSecret(file);
    // Another process may have been first.
    return (await readSecret(file)) ?? fail("it has gone");
  } catch (err) {
    throw new Error(
      `PROJECT_FROM_API_KEY needs ${file}: ${err instanceof Error ? err.message : String(err)}`,
      { cause: err },
    );
  }
}

async function readSecret(file: string): Promise<Uint8Array | undefined> {
  const text = await readFile(file, "utf8").catch((err: unknown) => {
    if ((err as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw err;
  });
  if (text === undefined) return undefined;
  const secret = Buffer.from(text.trim(), "hex");
  return secret.byteLength === SECRET_BYTES
    ? secret
    : fail("it is damaged. Without it a new one is made, and keys have other names");
}

async function createSecret(file: string): Promise<void> {
  const secret = `${randomBytes(SECRET_BYTES).toString("hex")}\n`;
  try {
    await writeFile(file, secret, { mode: 0o600, flag: "wx" });
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === "EEXIST") return;
    // Half a secret would be taken for a damaged one.
    await rm(file, { force: true });
    throw err;
  }
}

function fail(why: string): never {
  throw new Error(why);
}
