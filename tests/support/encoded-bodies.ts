import { zstdLibrary } from "../../src/dialects/zstd-body.ts";

const { compress } = await zstdLibrary();

/** A body as clients compress it. */
export function zstd(body: Uint8Array | string, level = 3): Buffer {
  return Buffer.from(compress(Buffer.from(body), level));
}

/** A part of a form: its header lines and its value. */
type Part = [head: string, value: string | Uint8Array];

/** The header line of a field, or of a file that is called so. */
export function disposition(name: string, file?: string): string {
  const fileName = file === undefined ? "" : `; filename="${file}"`;
  return `Content-Disposition: form-data; name="${name}"${fileName}`;
}

/** A form as clients write it (multipart/form-data), with the boundary `b`. */
export function formBody(parts: Part[]): Buffer {
  const written = parts.map(([head, value]) =>
    Buffer.concat([Buffer.from(`--b\r\n${head}\r\n\r\n`), Buffer.from(value), Buffer.from("\r\n")]),
  );
  return Buffer.concat([...written, Buffer.from("--b--\r\n")]);
}

/** The content type of such a form. */
export const FORM_TYPE = "multipart/form-data; boundary=b";
