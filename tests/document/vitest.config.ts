import { defineConfig } from "vitest/config";

/**
 * What others make of the document, generators of clients and schemathesis, and of the figures:
 * Prometheus. They need programs that only `.ci/tools document` installs, so they are no part of
 * `npm test`.
 */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["tests/document/**/*.test.ts"],
    // Go compiles its library first on a new machine; schemathesis sends thousands of requests.
    testTimeout: 1_200_000,
    pool: "forks",
    reporters: ["default"],
    deps: { interopDefault: false },
  },
});
