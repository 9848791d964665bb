// @ts-check
import { isLater } from "./version.mjs";

/** @typedef {Record<string, unknown>} Body */

const LEVELS = ["high", "medium", "low"];
const EFFORTS = {
  before: [...LEVELS, "none"],
  later: ["minimal", "low", "medium", "high", "xhigh", "ultra", "max", "none"],
};

/**
 * Why a request's wish to think is no wish of this version.
 * @param {string} path
 * @param {Body} body
 * @param {import("./version.mjs").Version} version
 */
export function thinkRefusal(path, body, version) {
  if (path.startsWith("/api/")) {
    return levelRefusal(body["think"], isLater(version) ? [...LEVELS, "max"] : LEVELS);
  }
  const effort = effortOf(path, body);
  if (isLater(version)) return effortRefusal(effort, EFFORTS.later, '"');
  return path === "/v1/chat/completions" ? effortRefusal(effort, EFFORTS.before, "'") : undefined;
}

/** @param {unknown} think @param {string[]} levels */
function levelRefusal(think, levels) {
  const wanted = [...levels.map((level) => `"${level}"`), "true, or false"].join(", ");
  if (think === undefined || think === null || typeof think === "boolean") return undefined;
  if (typeof think !== "string") return `think must be a boolean or string (${wanted})`;
  return levels.includes(think) ? undefined : `invalid think value: "${think}" (must be ${wanted})`;
}

/** @param {string} path @param {Body} body */
function effortOf(path, { reasoning, reasoning_effort: effort }) {
  const nested = /** @type {Body | null | undefined} */ (reasoning)?.["effort"];
  return path === "/v1/chat/completions" ? (nested ?? effort) : nested;
}

/** @param {unknown} effort @param {string[]} efforts @param {string} quote */
function effortRefusal(effort, efforts, quote) {
  if (typeof effort !== "string" || ["", ...efforts].includes(effort)) return undefined;
  const names = efforts.map((name) => `"${name}"`);
  const wanted = `${names.slice(0, -1).join(", ")}, or ${names.at(-1)}`;
  return `invalid reasoning value: ${quote}${effort}${quote} (must be ${wanted})`;
}
