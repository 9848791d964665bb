import { describe, expect, it } from "vitest";
import { inspectForm } from "../../../src/dialects/form-facts.ts";
import { NO_FACTS, UNREAD } from "../../../src/dialects/inspect-body.ts";
import { disposition, FORM_TYPE, formBody } from "../../support/encoded-bodies.ts";

const MODEL = disposition("model");
const WAV = `${disposition("file", "a.wav")}\r\nContent-Type: audio/wav`;

const inspect = (body: string | Buffer, { contentType = FORM_TYPE, query = "" } = {}) =>
  inspectForm(Buffer.from(body), { contentType, query });

/** The form that a runtime's own library writes. */
async function written(form: FormData) {
  const answer = new Response(form);
  const contentType = answer.headers.get("content-type") ?? "";
  return inspect(Buffer.from(await answer.arrayBuffer()), { contentType });
}

describe("a form", () => {
  it("is read as runtimes write it", async () => {
    const form = new FormData();
    form.append("file", new Blob(["\r\n--\r\n"], { type: "audio/wav" }), 'd\u00e9j\u00e0 "vu".wav');
    form.append("model", "whisper:latest");
    form.append("stream", "true");
    expect(await written(form)).toEqual({
      ...NO_FACTS,
      model: "whisper:latest",
      modelIsCertain: true,
      models: ["whisper:latest"],
      hasAudio: true,
      hasWork: true,
      stream: true,
    });
  });

  it.each([
    ["the model before the file", [MODEL, WAV]],
    ["the model behind the file", [WAV, MODEL]],
    ["a name without quotes", ["Content-Disposition: form-data; name=model"]],
    ["headers in other cases", ['content-disposition: Form-Data; NAME="model"', WAV]],
    ["no blank behind the semicolon", ['Content-Disposition: form-data;name="model"']],
    ["the type of a field", [`${MODEL}\r\nContent-Type: text/plain; charset=utf-8`]],
    ["the encoding that is none", [`${MODEL}\r\nContent-Transfer-Encoding: binary`]],
    ["another field of a like name", [MODEL, disposition("Model"), disposition("models")]],
    ["a file whose name is encoded", [MODEL, `${disposition("file")}; filename*=UTF-8''d%C3%A9`]],
  ])("names its model for certain: %s", (_case, heads) => {
    const body = formBody(heads.map((head) => [head, head.includes("odel") ? "m" : "RIFF"]));
    expect(inspect(body)).toMatchObject({ model: "m", modelIsCertain: true, models: ["m"] });
  });

  it.each([
    'Multipart/Form-Data;boundary="b"',
    "multipart/form-data; charset=utf-8; boundary=b",
    " multipart/form-data; boundary=b ",
  ])("is read with the content type %s", (contentType) => {
    expect(inspect(formBody([[MODEL, "m"]]), { contentType })).toMatchObject({ model: "m" });
  });

  it.each<[string, Parameters<typeof formBody>[0], string[], string]>([
    [
      "two models",
      [
        [MODEL, "a"],
        [MODEL, "b"],
      ],
      ["a", "b"],
      "",
    ],
    ["a file as the model", [[disposition("model", "a.txt"), "a"]], ["a"], ""],
    ["a file without a name as the model", [[disposition("model", ""), "a"]], ["a"], ""],
    ["a model in the query, which Go takes first", [[MODEL, "b"]], ["a", "b"], "?model=a"],
    ["the same with escapes", [[MODEL, "b"]], ["a", "b"], "?x=1&mode%6C=%61"],
    ["a model in the query only", [[WAV, "RIFF"]], ["a"], "?model=a"],
  ])("has candidates for its model: %s", (_case, parts, models, query) => {
    const facts = inspect(formBody(parts), { query });
    expect(facts).toMatchObject({ model: models[0], modelIsCertain: false, models });
  });

  it("names no model for certain in bytes that are no UTF-8", () => {
    const facts = inspect(formBody([[MODEL, Buffer.from([0x6d, 0xff])]]));
    expect(facts).toMatchObject({ modelIsCertain: false, models: ["m\ufffd"] });
  });

  it("has no model where none is named", () => {
    const facts = inspect(formBody([[WAV, "RIFF"]]));
    expect(facts).toMatchObject({ model: "", modelIsCertain: false, models: [], hasAudio: true });
  });

  it("keeps no more of a name than tells that it is too long", () => {
    const { model } = inspect(formBody([[MODEL, "m".repeat(5_000_000)]]));
    expect([model.length > 512, model.length < 5000]).toEqual([true, true]);
  });

  it.each([
    ["an image of some type", `${disposition("x", "a")}\r\nContent-Type: image/png`, true, false],
    ["an image by its field", disposition("image", "a.png"), true, false],
    ["one of several images", disposition("image[]", "a.png"), true, false],
    ["a mask", disposition("mask", "a.png"), true, false],
    ["a sound of some type", `${disposition("x", "a")}\r\nContent-Type: Audio/mpeg`, false, true],
    ["a sound by its field", disposition("file", "a.mp3"), false, true],
    ["a text", disposition("prompt"), false, false],
  ])("holds what its parts are: %s", (_case, head, hasImages, hasAudio) => {
    expect(inspect(formBody([[head, "x"]]))).toMatchObject({ hasImages, hasAudio });
  });

  it.each([
    ["true", true],
    ["false", false],
    ["1", undefined],
    ["", undefined],
  ])("asks for a stream with %j", (text, stream) => {
    expect(inspect(formBody([[disposition("stream"), text]])).stream).toBe(stream);
  });

  it("may have as many parts as Go reads, and not one more", () => {
    const fields = (count: number) =>
      formBody([[MODEL, "m"], ...Array.from({ length: count }, (): [string, string] => [WAV, ""])]);
    expect(inspect(fields(999))).toMatchObject({ model: "m", modelIsCertain: true });
    expect(inspect(fields(1000))).toEqual(UNREAD);
    expect(inspect(fields(20_000))).toEqual(UNREAD);
  });

  const plain = `--b\r\n${MODEL}\r\n\r\nm\r\n--b--\r\n`;
  const withHead = (head: string) => formBody([[head, "m"]]).toString();
  it.each([
    ["nothing", ""],
    ["JSON", '{"model":"m"}'],
    ["JSON before its first part", `{"model":"x"}\r\n${plain}`],
    ["a blank line before its first part", `\r\n${plain}`],
    ["lone line feeds", plain.replaceAll("\r\n", "\n")],
    ["a lone line feed behind a header", plain.replace(`${MODEL}\r\n`, `${MODEL}\n`)],
    ["blanks behind a boundary", plain.replace("--b\r\n", "--b \r\n")],
    ["a boundary that goes on", plain.replace("\r\n--b--", "\r\n--bx\r\n--b--")],
    [
      "a boundary right behind the headers",
      `--b\r\n${MODEL}\r\n\r\n--b\r\n${MODEL}\r\n\r\nm\r\n--b--`,
    ],
    ["no last boundary", plain.slice(0, -4)],
    ["half a last boundary", plain.slice(0, -3)],
    ["something behind it", `${plain}x`],
    ["another boundary", plain.replaceAll("--b", "--c")],
    ["no end of a part's headers", `--b\r\n${"X: y\r\n".repeat(100_000)}`],
    ["no headers", withHead("")],
    ["no name", withHead("Content-Disposition: form-data")],
    ["no disposition", withHead("Content-Type: text/plain")],
    ["two dispositions", withHead(`${disposition("x")}\r\n${MODEL}`)],
    ["two names", withHead(`${disposition("x")}; name="model"`)],
    ["a name in pieces", withHead('Content-Disposition: form-data; name*0="mod"; name*1="el"')],
    ["a name in an encoding", withHead("Content-Disposition: form-data; name*=UTF-8''model")],
    ["a name with an escape", withHead('Content-Disposition: form-data; name="mode\\l"')],
    ["a name in a file's name", withHead('Content-Disposition: form-data; filename="\\"; name="x')],
    ["a disposition of another kind", withHead('Content-Disposition: attachment; name="model"')],
    ["a header over two lines", withHead('Content-Disposition: form-data;\r\n name="model"')],
    [
      "a value that Go decodes",
      withHead(`${MODEL}\r\nContent-Transfer-Encoding: Quoted-Printable`),
    ],
    ["a line that is no header", withHead(`${MODEL}\r\nx`)],
  ])("that is not written the plain way stays unread: %s", (_case, body) => {
    expect(inspect(body)).toEqual(UNREAD);
  });

  it.each([
    "",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary=""',
    "multipart/form-data; boundary=b; boundary=b",
    "multipart/form-data; boundary*=UTF-8''b",
    "multipart/form-data; boundary=b; x=y",
    "multipart/form-data; boundary=b;",
    "multipart/form-data; boundary=b, multipart/form-data; boundary=c",
    "multipart/mixed; boundary=b",
    "multipart/form-dataset; boundary=b",
    `multipart/form-data; boundary=${"b".repeat(71)}`,
  ])("stays unread with the content type %j", (contentType) => {
    expect(inspect(plain, { contentType })).toEqual(UNREAD);
  });
});
