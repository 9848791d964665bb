import { defineCommand } from "../command.ts";
import { configTexts } from "../config-files.ts";
import { SETTINGS_FILE_ARG, withSettingsFile } from "../settings-file.ts";
import { EXIT } from "../exit-codes.ts";
import { oneLine, wrap } from "../output/text.ts";

export const checkConfig = defineCommand({
  about:
    "Checks this environment and the files models.yaml, tenants.yaml and mcp.yaml of config/ as a start would, and asks about names that are nearly settings. Exit code 1: a start would be refused.",
  args: { "settings-file": SETTINGS_FILE_ARG },
  examples: [
    { line: "shared-ollama config check", about: "Would a start be refused?" },
    {
      line: "shared-ollama config check --settings-file settings.env || echo 'not there, or wrong'",
      about: "Before a service is started anew with other settings",
    },
  ],
  json: {
    schema: {
      type: "object",
      required: ["ok", "mistakes", "warnings"],
      additionalProperties: false,
      properties: {
        ok: { type: "boolean", description: "A start would not be refused" },
        mistakes: { type: "array", items: { type: "string" } },
        warnings: { type: "array", items: { type: "string" } },
      },
    },
  },
  run: async (cli, args) => {
    const env = await withSettingsFile(cli.env, args["settings-file"]);
    const [{ examineConfig }, { settingWarnings }] = await Promise.all([
      import("../../../config/load.ts"),
      import("../../../config/warnings.ts"),
    ]);
    const config = examineConfig({ env, ...(await configTexts()) });
    const warnings = settingWarnings(env, config.settings).map(
      ({ found, todo }) => `${found} ${todo}`,
    );
    const ok = config.problems.length === 0;
    cli.show({ ok, mistakes: config.problems, warnings }, (checked, out) => {
      const { style } = out;
      const say = (head: string, text: string): void => {
        const [first = "", ...rest] = wrap(oneLine(text), out.columns - 9);
        out.line(`${head}${first}`);
        for (const line of rest) out.line(`${" ".repeat(9)}${line}`);
      };
      for (const text of checked.mistakes) say(style.bad("mistake  "), text);
      for (const text of checked.warnings) say(style.warn("warning  "), text);
      if (ok) out.line(style.good("A start takes this configuration."));
    });
    return ok ? EXIT.ok : EXIT.failed;
  },
});
