import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // Two cores are shared with the embedded engine of the end-to-end tests.
    maxWorkers: 2,
    pool: "forks",
    reporters: ["default"],
    deps: { interopDefault: false },
  },
});
