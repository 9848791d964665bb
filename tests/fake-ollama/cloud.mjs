// @ts-check
// What Ollama asks its makers' service for: models that run there, searches, the owner's account.

/** A small answer. @typedef {{ status: number, body: object | null }} Answer */

const SIGN_IN = {
  error: "unauthorized",
  signin_url: "https://ollama.com/connect?name=fake&key=a2V5",
};

const ACCOUNT = {
  id: "00000000-0000-0000-0000-000000000001",
  email: "owner@example.org",
  name: "owner",
  plan: "free",
};

/** A model of each kind: one that fits here, and one that runs there. */
const RECOMMENDATIONS = [
  { model: "fake", description: "Answers at once", vram_bytes: 1000 },
  {
    model: "far:cloud",
    description: "Answers elsewhere",
    context_length: 262_144,
    max_output_tokens: 32_768,
    required_plan: "pro",
  },
];

/**
 * What is asked there, whatever the body, by route.
 * @type {Record<string, (cloud: Cloud) => Answer>}
 */
export const CLOUD_ROUTES = {
  "/api/me": (cloud) => cloud.account(),
  "/api/signout": (cloud) => cloud.signOut(),
  "/api/user/keys/:key": (cloud) => cloud.signOut(),
  "/api/experimental/web_search": (cloud) => cloud.search(),
  "/api/experimental/web_fetch": (cloud) => cloud.fetchPage(),
};

/** The service behind a server, which takes nothing that it can be asked to the outside. */
export class Cloud {
  /** Whether the server's owner is known there. */
  isSignedIn = true;
  #isOff;

  /** @param {{ noCloud: boolean }} options */
  constructor({ noCloud }) {
    this.#isOff = noCloud;
  }

  status() {
    return { cloud: { disabled: this.#isOff, source: this.#isOff ? "env" : "none" } };
  }

  /** Models that it recommends, which a server keeps. */
  recommendations() {
    return { recommendations: RECOMMENDATIONS };
  }

  /**
   * Why something is not asked for there.
   * @param {string} without what is told to be missing then
   * @returns {Answer | undefined}
   */
  refusal(without) {
    if (this.#isOff)
      return { status: 403, body: { error: `ollama cloud is disabled: ${without}` } };
    return this.isSignedIn ? undefined : { status: 401, body: SIGN_IN };
  }

  /** @returns {Answer} */
  account() {
    return this.isSignedIn ? { status: 200, body: ACCOUNT } : { status: 401, body: SIGN_IN };
  }

  /** @returns {Answer} */
  signOut() {
    if (!this.isSignedIn) {
      return { status: 401, body: { error: "you are not currently signed in" } };
    }
    this.isSignedIn = false;
    return { status: 200, body: null };
  }

  /** @returns {Answer} */
  search() {
    const results = [{ title: "A page", url: "https://example.org/", content: "Its text." }];
    return this.refusal("web search is unavailable") ?? { status: 200, body: { results } };
  }

  /** @returns {Answer} */
  fetchPage() {
    const body = { title: "A page", content: "Its text.", links: ["https://example.org/next"] };
    return this.refusal("web fetch is unavailable") ?? { status: 200, body };
  }
}
