import type { SettingOrigin } from "../../../config/origins.ts";
import { NotFound } from "../cli-error.ts";
import { closest } from "../closest.ts";
import { defineCommand } from "../command.ts";
import { configTexts } from "../config-files.ts";
import { SETTINGS_FILE_ARG, withSettingsFile } from "../settings-file.ts";
import type { Output } from "../output/output.ts";
import { oneLine, wrap } from "../output/text.ts";

export const showConfig = defineCommand({
  about:
    "The settings as a start in this environment would have them, and who says so: the default, the hardware profile of config/models.yaml, or the environment. Keys and passwords are masked. A service that runs has those of its own environment: name its file with --settings-file.",
  args: {
    setting: { type: "positional", required: false, description: "One setting, such as API_PORT" },
    set: { type: "boolean", description: "Only those that the environment sets" },
    "settings-file": SETTINGS_FILE_ARG,
  },
  examples: [
    { line: "shared-ollama config show", about: "All settings" },
    { line: "API_PORT=8001 shared-ollama config show --set", about: "Those that are set" },
    { line: "shared-ollama config show QUEUE_MODEL_PATIENCE", about: "One, and what it means" },
  ],
  json: {
    schema: {
      type: "object",
      required: ["home", "profile", "settings"],
      additionalProperties: false,
      properties: {
        home: { type: "string" },
        profile: { type: ["string", "null"], description: "null: there is none to choose" },
        settings: {
          type: "array",
          items: {
            type: "object",
            required: ["name", "value", "origin", "range", "about"],
            additionalProperties: false,
            properties: {
              name: { type: "string" },
              value: { type: ["string", "null"], description: "null: not set" },
              origin: { enum: ["default", "profile", "environment"] },
              range: { type: "string" },
              about: { type: "string" },
              note: { type: "string", description: "Where another value is in force" },
            },
          },
        },
      },
    },
  },
  run: async (cli, args) => {
    const env = await withSettingsFile(cli.env, args["settings-file"]);
    const [{ settingOrigins }, { examineConfig }, { chosenProfile }] = await Promise.all([
      import("../../../config/origins.ts"),
      import("../../../config/load.ts"),
      import("./chosen-profile.ts"),
    ]);
    const config = examineConfig({ env, ...(await configTexts()) });
    const profile = await chosenProfile(config);
    const { homeOf } = await import("../home.ts");
    const all = settingOrigins(env, profile);
    const settings = chosen(all, args);
    const found = { home: homeOf(env), profile: profile?.profile.name ?? null, settings };
    cli.show(found, (_found, out) => {
      const [only] = settings;
      if (args.setting !== undefined && only) showOne(only, out);
      else showAll(settings, out);
    });
    if (config.problems.length > 0) {
      cli.out.note("There are mistakes in it: shared-ollama config check");
    }
  },
});

function chosen(
  all: SettingOrigin[],
  { setting, set }: { setting: string | undefined; set: boolean | undefined },
): SettingOrigin[] {
  const wanted = set === true ? all.filter(({ origin }) => origin === "environment") : all;
  if (setting === undefined) return wanted;
  const name = setting.toUpperCase().replaceAll("-", "_");
  const found = all.filter((each) => each.name === name);
  if (found.length > 0) return found;
  const near = closest(
    name,
    all.map((each) => each.name),
  );
  throw new NotFound(
    `There is no setting ${setting}${near ? `; did you mean ${near}?` : ""}. All: shared-ollama config show`,
  );
}

function showAll(settings: SettingOrigin[], out: Output): void {
  if (settings.length === 0) {
    out.line("All settings have their defaults.");
    return;
  }
  out.table(
    [{ head: "SETTING" }, { head: "VALUE", shrinks: true }, { head: "FROM", spare: true }],
    settings.map((setting) => [
      setting.name,
      setting.value === null ? { text: "–", style: "dim" } : setting.value,
      setting.origin === "environment" ? { text: setting.origin, style: "head" } : from(setting),
    ]),
  );
}

function from({ origin, note }: SettingOrigin): string {
  return note === undefined ? origin : `${origin}; ${note}`;
}

function showOne(setting: SettingOrigin, out: Output): void {
  const { name, value, range, about } = setting;
  out.line(`${out.style.head(name)} = ${oneLine(value ?? "–")}  (${from(setting)})`);
  for (const line of wrap(about, out.columns)) out.line(line);
  for (const line of wrap(`Takes: ${range}`, out.columns)) out.line(line);
}
