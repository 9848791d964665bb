// @ts-check
/**
 * What a server knows.
 * @typedef {object} Known
 * @property {string} version
 * @property {string[]} inMemory
 * @property {ReadonlyMap<string, string>} hanging
 * @property {(name: string) => number | undefined} contextOf tokens of a loaded model
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
  "/api/ps": ({ models, inMemory, hanging: expiries, contextOf }) => ({
    models: models.loaded(inMemory, { expiries, contextOf }),
  }),
  "/api/experimental/model-recommendations": ({ cloud }) => cloud.recommendations(),
  "/v1/models": ({ models }) => models.openAiList(),
};
