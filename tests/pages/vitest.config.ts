import { defineConfig } from "vitest/config";

/**
 * The code of README and docs, tried as a reader would paste it. It installs packages and needs the
 * clients in Python that `.ci/run` installs, so it is no part of `npm test`.
 */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["tests/pages/**/*.test.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: "forks",
    reporters: ["default"],
    deps: { interopDefault: false },
  },
});
