import sharp from "sharp";

/** A picture as a data URL; no two of different colour are the same bytes. */
export async function picture(
  width: number,
  height: number,
  background: string = "#3a6ea5",
): Promise<string> {
  const image = sharp({ create: { width, height, channels: 3, background } });
  return `data:image/jpeg;base64,${(await image.jpeg().toBuffer()).toString("base64")}`;
}

/** A picture whose file JPEG makes much smaller, as a data URL. */
export async function grainyPicture(width: number, height: number): Promise<string> {
  const noise = { type: "gaussian" as const, mean: 128, sigma: 20 };
  const image = sharp({ create: { width, height, channels: 3, background: "#888", noise } });
  return `data:image/png;base64,${(await image.png().toBuffer()).toString("base64")}`;
}
