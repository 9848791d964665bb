import { join } from "node:path";
import { build } from "../../src/build.mjs";
import { projectRoot } from "./service.mjs";

const DEFAULTS = {
  compress: true,
  format: "jpeg",
  formatIsRequested: true,
  maxDimension: 2667,
  quality: 85,
  pngLevel: 6,
  maxPixels: 50_000_000,
};

/** The task as worker threads run it: built on Node, the source on Bun. */
export async function loadCompressTask() {
  if (!process.versions.bun) build();
  const file = "workers/tasks/compress-image";
  const path = process.versions.bun ? `${file}.ts` : `dist/${file}.js`;
  const { compressImage } = await import(join(projectRoot, path));
  /**
   * @param {Uint8Array} bytes
   * @param {Partial<typeof DEFAULTS>} [options]
   */
  return async (bytes, options) => {
    const result = await compressImage({ bytes, options: { ...DEFAULTS, ...options } });
    if (!result.ok) throw new Error(result.message);
    return result;
  };
}
