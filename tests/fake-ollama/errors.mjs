// @ts-check
import { isLater } from "./version.mjs";

/** @typedef {import("./version.mjs").Version} Version */

/** @type {Record<number, string>} */
const ANTHROPIC_TYPES = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
};

/**
 * An error's body in the dialect of its path.
 * @param {string} path
 * @param {number} status
 * @param {string} message
 * @param {Version} version
 */
export function errorBody(path, status, message, version) {
  if (!path.startsWith("/v1/")) return { error: message };
  if (path === "/v1/messages") {
    const type = ANTHROPIC_TYPES[status] ?? "api_error";
    return { type: "error", error: { type, message }, request_id: "req_000000000000000000000001" };
  }
  return { error: { message, type: openAiType(status, version), param: null, code: null } };
}

/** @param {number} status @param {Version} version */
function openAiType(status, version) {
  if (status === 400) return "invalid_request_error";
  return status === 404 && isLater(version) ? "not_found_error" : "api_error";
}
