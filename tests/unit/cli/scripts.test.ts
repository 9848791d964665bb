import { describe, expect, it } from "vitest";
import { allCommands } from "../../../src/cli/catalog.ts";
import { SCRIPTS } from "../../../src/cli/document/scripts.ts";

/** Every script of the service that this one replaces; `fine_tune_helper` has three parts. */
const OLD_SCRIPTS = [
  "core/start.sh",
  "core/shutdown.sh",
  "core/status.sh",
  "core/verify_setup.sh",
  "core/cleanup.sh",
  "diagnostics/health_check.sh",
  "diagnostics/ci_check.sh",
  "diagnostics/performance_report",
  "diagnostics/view_analytics",
  "diagnostics/async_load_test",
  "maintenance/install_native.sh",
  "maintenance/preload_models.sh",
  "maintenance/warmup_models.sh",
  "maintenance/calculate_memory_limit.sh",
  "maintenance/fine_tune_helper create-modelfile",
  "maintenance/fine_tune_helper prepare-data",
  "maintenance/fine_tune_helper create-model",
];

describe("the table of old scripts", () => {
  it("has each of them once, and the client library", () => {
    const listed = SCRIPTS.map(({ script }) => script);
    expect(listed.toSorted()).toEqual([...OLD_SCRIPTS, "client library"].toSorted());
  });

  it.each(SCRIPTS)(
    "names commands that are there, with options they have: $script",
    async (row) => {
      const named = [...row.command.matchAll(/`([^`]+)`/g)].map(([, line = ""]) => line.split(" "));
      expect(named.length).toBeGreaterThan(0);
      for (const words of named) {
        const path = words.filter((word) => !word.startsWith("-")).join(" ");
        const found = allCommands().find((command) => command.words.join(" ") === path);
        expect(found, path).toBeDefined();
        const command = await found?.entry.load();
        for (const option of words.filter((word) => word.startsWith("--"))) {
          expect(Object.keys(command?.args ?? {})).toContain(option.slice(2));
        }
      }
    },
  );

  it("says of each what is not as it was", () => {
    for (const { script, differs } of SCRIPTS) expect(differs, script).not.toBe("");
  });
});
