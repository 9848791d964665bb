import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { deployFiles } from "../../../../src/cli/service/deploy-files.ts";
import { LAUNCHD_LABEL, launchdPlist } from "../../../../src/cli/service/launchd-plist.ts";
import { systemdUnit } from "../../../../src/cli/service/systemd-unit.ts";
import { projectRoot } from "../../../../src/runtime/paths.ts";
import { makeHome } from "../../../support/service-process.ts";

const run = promisify(execFile);
const hasSystemd = await run("systemd-analyze", ["--version"]).then(
  () => true,
  () => false,
);

/** A property list as Python reads it. */
async function parsed(plist: string): Promise<unknown> {
  const file = join(await makeHome(), "service.plist");
  await writeFile(file, plist);
  const code = "import json,plistlib,sys; print(json.dumps(plistlib.load(open(sys.argv[1],'rb'))))";
  return JSON.parse((await run("python3", ["-c", code, file])).stdout) as unknown;
}

const MAC = {
  label: LAUNCHD_LABEL,
  root: "/Users/ann & bob/<service>",
  runtime: "/opt/homebrew/bin/node",
  home: "/Volumes/data",
  path: "/usr/bin:/bin",
  settings: { API_PORT: "8001", OTEL_SERVICE_NAME: "a & b" },
};

describe("the service file for launchd", () => {
  it("is a property list with absolute paths and the settings", async () => {
    expect(await parsed(launchdPlist(MAC))).toEqual({
      Label: LAUNCHD_LABEL,
      ProgramArguments: [MAC.runtime, `${MAC.root}/src/start.mjs`],
      WorkingDirectory: MAC.root,
      EnvironmentVariables: { ...MAC.settings, SHARED_OLLAMA_HOME: MAC.home, PATH: MAC.path },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 10,
      ExitTimeOut: 60,
      ProcessType: "Interactive",
      StandardOutPath: "/Volumes/data/logs/launchd.log",
      StandardErrorPath: "/Volumes/data/logs/launchd.log",
    });
  });

  it("names a user and his home where nobody logs in", async () => {
    const user = { name: "ollama", home: "/Users/ollama" };
    expect(await parsed(launchdPlist({ ...MAC, user }))).toMatchObject({
      UserName: "ollama",
      EnvironmentVariables: { HOME: "/Users/ollama", PATH: MAC.path },
    });
  });
});

describe.skipIf(!hasSystemd)("the service file for systemd", () => {
  /** What systemd has against a unit whose files are all there. */
  async function objections(scope: "system" | "user", folderName: string): Promise<string> {
    const home = await makeHome();
    const root = join(home, folderName);
    await mkdir(join(root, "src"), { recursive: true });
    await writeFile(join(root, "src", "start.mjs"), "");
    await writeFile(join(root, "README.md"), "");
    const unit = systemdUnit({
      scope,
      root,
      runtime: process.execPath,
      home: join(root, "data of it"),
      envFile: join(root, "settings.env"),
      user: "root",
    });
    const file = join(home, "shared-ollama-service.service");
    await writeFile(file, unit);
    const args = scope === "user" ? ["--user", "verify", file] : ["verify", file];
    const { stdout, stderr } = await run("systemd-analyze", [...args, "--man=no"], {
      env: { ...process.env, XDG_RUNTIME_DIR: home },
    });
    // Of other units of this machine nothing is to be said here.
    const lines = `${stdout}${stderr}`.split("\n");
    return lines.filter((line) => line.includes("shared-ollama-service")).join("\n");
  }

  it.each([
    ["system", "plain"],
    ["system", "with blanks and 100%"],
    ["user", "plain"],
  ] as const)("is right for the scope %s in a folder %s", async (scope, folder) => {
    expect(await objections(scope, folder)).toBe("");
  });

  it("is looked at by a program that sees mistakes", async () => {
    const home = await makeHome();
    const file = join(home, "shared-ollama-service.service");
    await writeFile(file, "[Service]\nExecStart=relative/node\n");
    const end = await run("systemd-analyze", ["verify", file]).catch((err: unknown) => err);
    expect((end as { stderr: string }).stderr).toContain("relative/node");
  });
});

describe("the files of deploy/", () => {
  it("are what the commands write", async () => {
    const files = deployFiles();
    expect(files).toHaveLength(2);
    for (const { path, text } of files) {
      expect(await readFile(join(projectRoot, path), "utf8"), `npm run openapi: ${path}`).toBe(
        text,
      );
    }
  });

  it("are read by launchd's format too", async () => {
    const plist = deployFiles().find(({ path }) => path.endsWith(".plist"));
    expect(await parsed(plist?.text ?? "")).toMatchObject({ Label: LAUNCHD_LABEL });
  });
});
