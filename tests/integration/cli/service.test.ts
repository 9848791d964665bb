import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../../src/runtime/paths.ts";
import { cli, cliInTerminal, expectOneLine } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { makeHome } from "../../support/service-process.ts";

const run = promisify(execFile);
const UNIT = ".config/systemd/user/shared-ollama-service.service";

/** A user with a `systemctl` that writes down what it is told, and says what it is to say. */
async function user() {
  const home = await makeHome();
  const bin = join(home, "bin");
  await mkdir(bin);
  const called = join(home, "called");
  // `is-active` fails once there is a file that says so.
  const script = `#!/bin/sh\necho "$@" >> '${called}'\ncase "$*" in *is-active*) test ! -e '${home}/inactive';; esac\n`;
  await writeFile(join(bin, "systemctl"), script);
  await chmod(join(bin, "systemctl"), 0o755);
  return {
    home,
    unit: join(home, UNIT),
    env: { HOME: home, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
    calls: async () => (await readFile(called, "utf8").catch(() => "")).trim().split("\n"),
  };
}

describe.skipIf(process.platform !== "linux")("shared-ollama service", () => {
  it("installs a unit of the user's, says how it is, and removes it", async () => {
    const { home, unit, env, calls } = await user();
    const missing = await cli(["service", "status"], { env });
    expect(missing.code).toBe(4);
    expectOneLine(missing);

    const data = join(home, "data of mine");
    const installed = await cli(["service", "install", "--json", "--home", data], { env });
    expect(installed.code, installed.stderr).toBe(0);
    expect(await expectShape("service install", installed.stdout)).toMatchObject({
      done: true,
      file: unit,
    });
    const text = await readFile(unit, "utf8");
    expect(text).toContain(`ExecStart=${process.execPath} src/start.mjs`);
    expect(text).toContain(`WorkingDirectory=${projectRoot}`);
    expect(text).toContain(`Environment="SHARED_OLLAMA_HOME=${data}"`);
    expect(existsSync(data)).toBe(true);
    const told = [
      "show-environment",
      "daemon-reload",
      "enable shared-ollama-service",
      "restart shared-ollama-service",
    ];
    expect(await calls()).toEqual(told.map((words) => `--user ${words}`));

    const status = await cli(["service", "status", "--json"], { env });
    expect(status.code).toBe(0);
    expect(await expectShape("service status", status.stdout)).toEqual({
      manager: "systemd",
      scope: "user",
      file: unit,
      active: true,
      runtime_found: true,
    });
    await writeFile(join(home, "inactive"), "");
    const stopped = await cli(["service", "status"], { env });
    expect(stopped.code).toBe(3);
    expect(stopped.stdout).toContain("does not run");

    const unasked = await cli(["service", "uninstall"], { env });
    expect(unasked.code).toBe(2);
    expect(existsSync(unit)).toBe(true);
    const removed = await cli(["service", "uninstall", "--yes", "--json"], { env });
    expect(removed.code, removed.stderr).toBe(0);
    expect(await expectShape("service uninstall", removed.stdout)).toMatchObject({ done: true });
    expect(existsSync(unit)).toBe(false);
    expect((await calls()).slice(-2)).toEqual([
      "--user disable --now shared-ollama-service",
      "--user daemon-reload",
    ]);
    expect(await cli(["service", "uninstall", "--yes"], { env })).toMatchObject({ code: 4 });
  }, 60_000);

  it("asks before it writes over what somebody has changed", async () => {
    const { unit, env } = await user();
    await mkdir(join(unit, ".."), { recursive: true });
    await writeFile(unit, "# mine\n");
    const unasked = await cli(["service", "install"], { env });
    expect(unasked.code).toBe(2);
    const refused = cliInTerminal(["service", "install"], { env });
    await refused.shows("Write it anew?");
    refused.type("n");
    await refused.endsWith(1);
    expect(await readFile(unit, "utf8")).toBe("# mine\n");
    const agreed = cliInTerminal(["service", "install"], { env });
    await agreed.shows("Write it anew?");
    agreed.type("y");
    expect(await agreed.endsWith(0)).toContain("Installed, and started.");
    expect(await readFile(unit, "utf8")).toContain("ExecStart=");
    // As it is, nothing is asked.
    expect(await cli(["service", "install"], { env })).toMatchObject({ code: 0 });
  }, 60_000);

  it("refuses settings that a start would refuse, and says which", async () => {
    const { home, unit, env } = await user();
    const file = join(home, "settings.env");
    await writeFile(file, "API_PORT=many\n");
    const end = await cli(["service", "install", "--settings-file", file], { env });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("API_PORT");
    expectOneLine(end);
    expect(existsSync(unit)).toBe(false);
  });

  it("says which command has failed", async () => {
    const { env, home } = await user();
    const script = '#!/bin/sh\ncase "$*" in *daemon-reload) exit 5;; esac\n';
    await writeFile(join(home, "bin", "systemctl"), script);
    const end = await cli(["service", "install"], { env });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("systemctl --user daemon-reload failed with status 5");
  });

  it("writes nothing where the user has no systemd, and says what to do", async () => {
    const { env, home, unit } = await user();
    await writeFile(join(home, "bin", "systemctl"), "#!/bin/sh\nexit 1\n");
    const end = await cli(["service", "install"], { env });
    expect(end.code).toBe(1);
    expectOneLine(end);
    expect(end.stderr).toMatch(/nothing was written.*--system.*loginctl enable-linger/);
    expect(existsSync(unit)).toBe(false);
  });
});

describe("shared-ollama service, as plans", () => {
  it("writes lines for a shell that do the same", async () => {
    const { env, unit, calls } = await user();
    const plan = await cli(["service", "install", "--plan", "--for", "linux"], { env });
    expect(plan.code, plan.stderr).toBe(0);
    expect(existsSync(unit)).toBe(false);
    await run("sh", ["-e", "-c", plan.stdout], { env });
    expect(await readFile(unit, "utf8")).toContain("WantedBy=default.target");
    expect(await calls()).toHaveLength(3);
    const removal = await cli(["service", "uninstall", "--plan", "--json"], { env });
    expect(await expectShape("service uninstall", removal.stdout)).toMatchObject({ done: false });
  });

  it("is for a Mac, with the settings in the file", async () => {
    const { env, home } = await user();
    const file = join(home, "settings.env");
    await writeFile(file, "API_PORT=8001\n# a comment\nOLLAMA_ORIGINS='https://a.example'\n");
    const args = ["service", "install", "--plan", "--for", "macos", "--settings-file", file];
    const plan = await cli([...args, "--json"], { env });
    const { steps } = (await expectShape("service install", plan.stdout)) as {
      steps: { kind: string; path?: string; text?: string; mode?: number; command?: string[] }[];
    };
    const written = steps.find(({ kind }) => kind === "write");
    expect(written?.path).toBe(
      join(home, "Library/LaunchAgents/com.example.shared-ollama-service.plist"),
    );
    expect(written?.mode).toBe(0o600);
    expect(written?.text).toContain("<key>API_PORT</key>\n    <string>8001</string>");
    expect(written?.text).toContain("<string>https://a.example</string>");
    expect(steps.at(-1)?.command?.slice(0, 2)).toEqual(["launchctl", "bootstrap"]);
  });

  it("is for the whole machine, with a user of its own", async () => {
    const plan = await cli(["service", "install", "--plan", "--for", "linux", "--system"]);
    expect(plan.stdout).toContain("useradd --system");
    expect(plan.stdout).toContain("User=shared-ollama");
    expect(plan.stdout).toContain("StateDirectory=shared-ollama");
  });

  it.each([
    [["install", "--for", "macos"], "--for is for plans"],
    [["install", "--for", "amiga", "--plan"], "expected one of"],
    [["install", "--user", "me"], "--user needs --system"],
    [["install", "--user", "a b", "--system", "--plan"], "no user's name"],
    [["install", "now"], "one word too many"],
  ])("is wrong use: %s", async (args, words) => {
    const end = await cli(["service", ...args]);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain(words);
    expectOneLine(end);
  });

  it("names the file with settings that is not there", async () => {
    const args = ["service", "install", "--plan", "--for", "macos", "--settings-file", "/no/file"];
    const end = await cli(args);
    expect(end.code).toBe(4);
    expectOneLine(end);
  });
});
