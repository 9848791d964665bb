/** Where an image's path stands in a message. */
const IMAGE_PATH =
  /(?:^|(?<=\s))(?:"([^"\n]+\.(?:png|jpe?g|webp|gif|bmp|tiff?))"|'([^'\n]+\.(?:png|jpe?g|webp|gif|bmp|tiff?))'|((?:\\.|[^\s\\"'])+\.(?:png|jpe?g|webp|gif|bmp|tiff?)))(?=$|\s|[,;:!?.])/giu;

/** More images than a message may have are left to the service, which says so. */
const MOST_PATHS = 100;

/** What may be a path of an image in a text: as it stands there, and the path that it means. */
export interface ImagePath {
  written: string;
  path: string;
}

/**
 * The words of a text that may be paths of images, in quotes or with `\` before spaces, as a
 * terminal writes a file that is dragged into it.
 */
export function imagePaths(text: string, home: string | undefined): ImagePath[] {
  return [...text.matchAll(IMAGE_PATH)]
    .slice(0, MOST_PATHS)
    .map(([written, double, single, bare]) => {
      const path = double ?? single ?? (bare ?? "").replaceAll(/\\(.)/gu, "$1");
      return {
        written,
        path: home !== undefined && path.startsWith("~/") ? home + path.slice(1) : path,
      };
    });
}
