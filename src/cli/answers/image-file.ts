import { open } from "node:fs/promises";
import { WrongUse } from "../cli-error.ts";
import { fileProblem } from "../file-problem.ts";

/** The service takes no larger ones, whatever its settings. */
const MOST_BYTES = 64 * 1_048_576;

const STARTS: readonly (readonly [type: string, start: RegExp])[] = [
  ["image/png", /^\x89PNG/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8/],
  ["image/webp", /^RIFF....WEBP/s],
  ["image/bmp", /^BM/],
  ["image/tiff", /^(II\*\0|MM\0\*)/],
];

/**
 * An image's file as a data URL. What it is is told by its bytes, whatever its name.
 * @throws CliError for a file that is none or cannot be read.
 */
export async function imageDataUrl(path: string): Promise<string> {
  const file = await open(path).catch((err: unknown) => {
    throw fileProblem(err, `Cannot read the image ${path}`);
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new WrongUse(`${path} is no file: name an image`);
    if (found.size > MOST_BYTES) {
      throw new WrongUse(`${path} is larger than ${MOST_BYTES / 1_048_576} MiB: make it smaller`);
    }
    const bytes = await file.readFile();
    const start = bytes.subarray(0, 16).toString("latin1");
    const [type] = STARTS.find(([, known]) => known.test(start)) ?? [];
    if (!type)
      throw new WrongUse(`${path} is no image: PNG, JPEG, WebP, GIF, BMP and TIFF are known`);
    return `data:${type};base64,${bytes.toString("base64")}`;
  } finally {
    await file.close();
  }
}
