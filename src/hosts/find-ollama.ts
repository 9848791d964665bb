import { access, constants, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Where Ollama is besides PATH: Homebrew, the Mac application, the Linux installer. */
const USUAL_FOLDERS = [
  "/opt/homebrew/bin",
  "/usr/local/bin",
  "/usr/bin",
  "/Applications/Ollama.app/Contents/Resources",
  join(homedir(), "Applications/Ollama.app/Contents/Resources"),
];

/** The path of the `ollama` program; undefined when the machine has none. */
export async function findOllama(path: string | undefined): Promise<string | undefined> {
  const folders = [...(path ?? "").split(delimiter).filter((f) => f !== ""), ...USUAL_FOLDERS];
  for (const folder of folders) {
    const candidate = join(folder, process.platform === "win32" ? "ollama.exe" : "ollama");
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

/** Folders may be executable too, in the sense of the file system. */
async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
