import { copyFile, cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../src/runtime/paths.ts";
import { output, tool } from "./tools.ts";

const PROGRAMS = join(projectRoot, "tests/fixtures/generated-clients");

/** A generator of clients, and the program of a user who writes against what it makes. */
export interface Generator {
  name: string;
  /**
   * Generates from `openapi.json` in an empty folder of the project, and compiles the program.
   * @returns how the program is started: its words, before the service's address
   */
  make: (folder: string) => Promise<string[]>;
}

const openapiTypescript: Generator = {
  name: "openapi-typescript",
  make: async (folder) => {
    const cli = join(projectRoot, "node_modules/openapi-typescript/bin/cli.js");
    await output(process.execPath, [cli, "openapi.json", "-o", "schema.ts"], { cwd: folder });
    return compiled(folder, "openapi-typescript.ts");
  },
};

const heyApi: Generator = {
  name: "@hey-api/openapi-ts",
  make: async (folder) => {
    const cli = tool("hey-api/node_modules/@hey-api/openapi-ts/bin/run.js");
    const options = ["-i", "openapi.json", "-o", "generated", "-c", "@hey-api/client-fetch"];
    await output(process.execPath, [cli, ...options, "--no-log-file"], { cwd: folder });
    return compiled(folder, "hey-api.ts");
  },
};

const openapiPythonClient: Generator = {
  name: "openapi-python-client",
  make: async (folder) => {
    const options = ["--path", "openapi.json", "--meta", "none", "--fail-on-warning"];
    const into = ["--output-path", "shared_ollama_service_client"];
    await output(tool("python/bin/openapi-python-client"), ["generate", ...options, ...into], {
      cwd: folder,
    });
    await copyFile(join(PROGRAMS, "openapi-python-client.py"), join(folder, "program.py"));
    return [tool("python/bin/python"), "program.py"];
  },
};

const oapiCodegen: Generator = {
  name: "oapi-codegen",
  make: async (folder) => {
    await cp(join(PROGRAMS, "oapi-codegen"), folder, { recursive: true });
    await mkdir(join(folder, "client"));
    const options = ["-generate", "models,client", "-package", "client"];
    const generate = [...options, "-o", "client/client.go", "openapi.json"];
    await output(tool("go/oapi-codegen"), generate, { cwd: folder });
    await output("go", ["vet", "./..."], { cwd: folder });
    await output("go", ["build", "-o", "program"], { cwd: folder });
    return [join(folder, "program")];
  },
};

export const GENERATORS = [openapiTypescript, heyApi, openapiPythonClient, oapiCodegen];

/** Type-checks a program strictly, and makes JavaScript of it. */
async function compiled(folder: string, program: string): Promise<string[]> {
  await copyFile(join(PROGRAMS, program), join(folder, "program.ts"));
  const tsc = join(projectRoot, "node_modules/typescript-native/bin/tsc");
  const options = [
    ...["--ignoreConfig", "--strict", "--skipLibCheck", "--rewriteRelativeImportExtensions"],
    ...["--module", "nodenext", "--target", "es2023", "--lib", "es2023,dom,dom.asynciterable"],
    ...["--types", "node", "--rootDir", ".", "--outDir", "out"],
  ];
  // All by name: what is imported from a folder of node_modules is read, but not written.
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  await output(process.execPath, [tsc, ...options, ...files], { cwd: folder });
  return [process.execPath, "out/program.js"];
}
