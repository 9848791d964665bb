import { readFile } from "node:fs/promises";

/**
 * Milliseconds that the main threads of a process and its children have waited for a core, because
 * others had them: that is not their doing. 0 where the system does not tell.
 * @param {number} pid
 * @returns {Promise<number>}
 */
export async function runDelayMs(pid) {
  const own = Number((await fact(pid, "schedstat")).split(" ")[1]) / 1e6;
  const children = (await fact(pid, `task/${pid}/children`)).trim().split(" ").filter(Boolean);
  const theirs = await Promise.all(children.map((child) => runDelayMs(Number(child))));
  return theirs.reduce((sum, ms) => sum + ms, Number.isNaN(own) ? 0 : own);
}

/** @param {number} pid @param {string} name */
function fact(pid, name) {
  return readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
}
