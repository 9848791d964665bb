import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { hasGpuBinary } from "../../../runner/llama.ts";

it("looks for a graphics card only where llama.cpp has a binary for one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "packages-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "@node-llama-cpp/linux-x64-cuda"), { recursive: true });
  await mkdir(join(folder, "@node-llama-cpp/win-x64-vulkan/bins"), { recursive: true });
  const has = (platform: string, arch: string) =>
    hasGpuBinary({ platform, arch }, (name) => join(folder, name));
  expect(has("linux", "x64")).toBe(false);
  expect(has("win32", "x64")).toBe(true);
  expect(has("darwin", "arm64")).toBe(true);
  expect(has("darwin", "x64")).toBe(false);
  expect(hasGpuBinary({ platform: "linux", arch: "x64" }, () => undefined)).toBe(false);
});
