import type sharp from "sharp";

export type Sharp = typeof sharp;

/**
 * Loaders of libvips that no recognised format needs. SVG and most others read files or whole
 * languages; the Ultra HDR loader would replace the JPEG loader for photographs. Names that this
 * build does not have are ignored.
 */
const UNWANTED_LOADERS = [
  ...["Svg", "Pdf", "Magick", "Openslide", "Ppm", "Fits", "Openexr", "Jxl", "Jp2k", "Rad"],
  ...["DcRaw", "Csv", "Matrix", "Analyze", "Mat", "Nifti", "Vips", "Raw", "Uhdr"],
].map((name) => `VipsForeignLoad${name}`);

let loading: Promise<Sharp> | undefined;

/**
 * The image library, loaded at its first use: a thread that never sees an image starts in
 * milliseconds. Its settings count for the whole process. Loaders are only ever blocked, so a
 * thread that sets up the library does not disturb another one that decodes.
 */
export function loadSharp(): Promise<Sharp> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Sharp> {
  const { default: library } = await import("sharp");
  library.block({ operation: UNWANTED_LOADERS });
  // The caller caches results, so no image is decoded twice.
  library.cache(false);
  // The pool has a thread for each core already.
  library.concurrency(1);
  return library;
}
