import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that measure the memory or the threads of their own process get one for themselves. All
 * others share a few: what is imported is imported once, and no file may leave anything behind.
 */
const MEASURING = [
  "tests/hostile/strings.test.ts",
  "tests/integration/agents.leaks.test.ts",
  "tests/integration/leaks.test.ts",
  "tests/integration/vision.edges.test.ts",
  "tests/unit/workers/compress-image.refusals.test.ts",
];

/** Files that measure time, to some milliseconds: they have the processor to themselves, in the end. */
const TIMED = [
  "tests/integration/cli/load-test.figures.test.ts",
  "tests/integration/phases.test.ts",
];

/**
 * Starts what takes longest first. Where vitest knows nothing of earlier runs it goes by a file's
 * size; those of the official clients are small, and would be left over for the end.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes("/e2e/clients/");
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    root: new URL("..", import.meta.url).pathname,
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/answers-as-documented.ts"],
    // Deadlines for what hangs: no test is about how long something takes.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // One more than the two cores of a small machine: many tests wait for a clock or a process.
    maxWorkers: 3,
    pool: "forks",
    reporters: ["default"],
    deps: { interopDefault: false },
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: ["{tests,engine/tests}/**/*.test.ts"],
          exclude: [...MEASURING, ...TIMED, "tests/document/**", "tests/pages/**"],
          isolate: false,
        },
      },
      { extends: true, test: { name: "alone", include: MEASURING } },
      { extends: true, test: { name: "timed", include: TIMED, sequence: { groupOrder: 1 } } },
    ],
  },
});
