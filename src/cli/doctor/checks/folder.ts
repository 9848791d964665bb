import { dirname, join } from "node:path";
import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const { ok, warning, broken } = findingsOf("folder");

/** Files that are looked at in a folder. */
const MOST_FILES = 200;

/** The folder for data and logs: there, and this user's to write to. */
export async function checkFolder(facts: Pick<Facts, "home" | "machine">): Promise<Finding[]> {
  const { home, machine } = facts;
  const kind = await machine.files.kind(home);
  if (kind === "missing") return [await missing(facts)];
  if (kind === "file") {
    return [broken(`${home} is a file.`, "Let SHARED_OLLAMA_HOME name a folder.")];
  }
  if (kind === "unreadable" || !(await machine.files.mayUse(home, "folder"))) {
    return [broken(`This user may not read and write ${home}.`, ownerOf(home))];
  }
  const inside = await Promise.all(["data", "logs"].map((name) => checkInside(name, facts)));
  const findings = inside.flat();
  return findings.length > 0 ? findings : [ok(`Data and logs are in ${home}.`)];
}

/** The first start makes it, where it may. */
async function missing({ home, machine }: Pick<Facts, "home" | "machine">): Promise<Finding> {
  let parent = dirname(home);
  while ((await machine.files.kind(parent)) === "missing" && parent !== dirname(parent)) {
    parent = dirname(parent);
  }
  if (await machine.files.mayUse(parent, "folder")) {
    return warning(
      `${home} is not there.`,
      "Nothing, if that is the name you meant: a start makes it.",
    );
  }
  return broken(
    `${home} is not there, and this user may not make it.`,
    "Make it and give it to this user, or set SHARED_OLLAMA_HOME.",
  );
}

async function checkInside(
  name: string,
  { home, machine }: Pick<Facts, "home" | "machine">,
): Promise<Finding[]> {
  const folder = join(home, name);
  const kind = await machine.files.kind(folder);
  if (kind === "missing") return [];
  if (kind === "file")
    return [broken(`${folder} is a file.`, "Move it away: a folder belongs there.")];
  if (!(await machine.files.mayUse(folder, "folder"))) {
    return [broken(`This user may not write to ${folder}.`, ownerOf(folder))];
  }
  const names = (await machine.files.names(folder)).slice(0, MOST_FILES);
  const foreign: string[] = [];
  for (const file of names) {
    const path = join(folder, file);
    const kind = await machine.files.kind(path);
    if (kind === "file" && !(await machine.files.mayUse(path, "file"))) foreign.push(path);
  }
  const [first] = foreign;
  if (first === undefined) return [];
  const more = foreign.length > 1 ? ` and ${foreign.length - 1} more there` : "";
  return [broken(`This user may not write to ${first}${more}.`, ownerOf(folder))];
}

function ownerOf(path: string): string {
  return `Give it to this user, such as with sudo chown -R "$USER" '${path}', or set SHARED_OLLAMA_HOME.`;
}
