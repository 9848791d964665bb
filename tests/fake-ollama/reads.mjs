// @ts-check
/**
 * What a server knows.
 * @typedef {object} Known
 * @property {string} version
 * @property {string[]} inMemory
 * @property {ReadonlyMap<string, string>} hanging
 * @property {import("./models.mjs").Models} models
 * @property {import("./cloud.mjs").Cloud} cloud
 */

/**
 * What is told of the server as a whole, by route.
 * @type {Record<string, (known: Known) => object>}
 */
export const READS = {
  "/api/version": ({ version }) => ({ version }),
  "/api/status": ({ cloud }) => cloud.status(),
  "/api/tags": ({ models }) => ({ models: models.list() }),
  "/api/ps": ({ models, inMemory, hanging }) => ({ models: models.loaded(inMemory, hanging) }),
  "/api/experimental/model-recommendations": ({ cloud }) => cloud.recommendations(),
  "/v1/models": ({ models }) => models.openAiList(),
};
