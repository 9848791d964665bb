import { describe, expect, it } from "vitest";
import { parseDataUrl } from "../../../src/images/data-url.ts";

const dataOf = (text: string): string => {
  const result = parseDataUrl(text);
  return result.ok ? text.slice(result.dataAt) : result.message;
};

const WHAT_TO_SEND = "send the image itself as a data URL, data:image/jpeg;base64,…";

describe("parseDataUrl", () => {
  it.each([
    "data:image/jpeg;base64,",
    "data:image/png;base64,",
    "data:image/svg+xml;base64,",
    "data:image/vnd.ms-photo;base64,",
    "data:image/jpeg;charset=utf-8;base64,",
    "data:image/jpeg;name=a b.jpg;x;base64,",
    "DATA:IMAGE/JPEG;BASE64,",
    "Data:Image/Png;Base64,",
  ])("finds the data behind %s", (head) => {
    expect(dataOf(`${head}QUJD`)).toBe("QUJD");
    expect(dataOf(head)).toBe("");
  });

  it("takes the first ;base64, as the end of the head", () => {
    expect(dataOf("data:image/png;base64,;base64,QUJD")).toBe(";base64,QUJD");
  });

  it.each(["http://x/a.png", "https://x/a.png", "HTTP://x/a.png", "HttpS:a", "http:"])(
    "says that images are not fetched: %s",
    (text) => {
      const message = dataOf(text);
      expect(message).toMatch(/^images are not fetched from the network/);
      expect(message).toContain(WHAT_TO_SEND);
    },
  );

  it.each([
    "",
    "QUJD",
    "ftp://x/a.png",
    "file:///etc/passwd",
    "/etc/passwd",
    "blob:https://x/1",
    "data:",
    "data:,",
    "data:image/png,QUJD",
    "data:image/png;base64",
    "data:image/png;base64;x,QUJD",
    "data:image/png;;base64,QUJD",
    "data:image/png,;base64,QUJD",
    " data:image/png;base64,QUJD",
    "xdata:image/png;base64,QUJD",
    "\ndata:image/png;base64,QUJD",
  ])("refuses what is no data URL with base64: %j", (text) => {
    expect(dataOf(text)).toBe(`this is no data URL with ;base64, in it; ${WHAT_TO_SEND}`);
  });

  it.each([
    "text/html",
    "",
    "application/pdf",
    "image/",
    "image",
    "imagex/png",
    "image/p ng",
    "ximage/png",
  ])("refuses a type that is no image's: %j", (type) => {
    const message = `the data URL's type '${type}' is no image's; ${WHAT_TO_SEND}`;
    expect(dataOf(`data:${type};base64,QUJD`)).toBe(message);
  });

  it("does not look far for the end of the head", () => {
    const head = (length: number) => `data:image/png;${"x".repeat(length)};base64,`;
    expect(dataOf(`${head(200)}QUJD`)).toBe("QUJD");
    expect(dataOf(`${head(300)}QUJD`)).toContain("no data URL");
    expect(dataOf(`data:image/png${";x".repeat(1_000_000)};base64,QUJD`)).toContain("no data URL");
  });
});
