import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Config } from "../../config/load.ts";
import { isKey, keyName } from "../access/key-names.ts";
import { keySecret } from "./key-secret.ts";

/**
 * Reads an API key from standard input, where it stands in no list of processes, and prints the name
 * that it has with the service of this home: its own, and the one that config/tenants.yaml gives it.
 */
export async function nameKey({ settings, tenants }: Config): Promise<void> {
  if (process.stdin.isTTY) process.stderr.write("The key, and then Control-D twice: ");
  // As HTTP has it, byte by byte.
  const key = (await buffer(process.stdin)).toString("latin1").trim();
  if (!isKey(key)) {
    throw new Error("This is what many clients have in place of a key: it names nobody");
  }
  const name = keyName(key, await keySecret(resolve(settings.home)));
  const given = tenants.keys.get(name);
  process.stdout.write(given === undefined ? `${name}\n` : `${name} ${given}\n`);
}
