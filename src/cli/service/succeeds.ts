import { spawn } from "node:child_process";
import type { Cli } from "../cli.ts";

/** Whether a program is there and ends well; nothing of what it says is shown. */
export function succeeds([program = "", ...args]: string[], { env }: Cli): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}
