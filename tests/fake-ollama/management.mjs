// @ts-check
import { line } from "./frames.mjs";
import { withTag } from "./models.mjs";
import { sendJson, sendPaced } from "./pace.mjs";

/** @typedef {import("node:http").ServerResponse} ServerResponse */
/** @typedef {Record<string, unknown>} Body */
/** @typedef {import("./models.mjs").Models} Models */

/**
 * What changes which models there are. None of it takes time or space.
 * @type {Record<string, (body: Body, models: Models, response: ServerResponse) => unknown>}
 */
export const MANAGEMENT = {
  "/api/create": (_body, _models, response) => sendJson(response, { status: "success" }),

  "/api/pull": (body, models, response) => {
    models.installed.add(nameIn(body));
    const steps = [{ status: "pulling manifest" }, { status: "success" }];
    if (body["stream"] === false) return sendJson(response, { status: "success" });
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    return sendPaced(response, steps.map(line), 0);
  },

  "/api/copy": ({ source, destination }, models, response) => {
    if (!models.installed.has(withTag(String(source)))) {
      return sendJson(response, { error: `model "${String(source)}" not found` }, { status: 404 });
    }
    models.installed.add(withTag(String(destination)));
    return response.writeHead(200).end();
  },

  "/api/delete": (body, models, response) => {
    if (models.installed.delete(nameIn(body))) return response.writeHead(200).end();
    const error = `model '${String(body["model"] || body["name"])}' not found`;
    return sendJson(response, { error }, { status: 404 });
  },
};

/** @param {Body} body */
function nameIn({ model, name }) {
  return withTag(String(model || name));
}
