import { describe, expect, it } from "vitest";
import { fieldsOf } from "../../../http/fields.ts";

const refusal = (message: string) => expect.objectContaining({ status: 400, message });

describe("fields of a body", () => {
  it("match whatever their case, the last one wins, null is not given", () => {
    const fields = fieldsOf("api", "ChatRequest", {
      MODEL: "a",
      Model: "b",
      model: null,
      stream: null,
    });
    expect(fields.string("model")).toBe("b");
    expect(fields.boolean("stream")).toBeUndefined();
  });

  it("fold the letters that Go folds", () => {
    const fields = fieldsOf("api", "ChatRequest", {
      "image\u017f": ["x"],
      "\u212aeep_alive": "5m",
    });
    expect(fields.strings("images")).toEqual(["x"]);
    expect(fields.string("keep_alive")).toBe("5m");
  });

  it("take null for an empty object", () => {
    expect(fieldsOf("api", "ChatRequest", null).string("model")).toBeUndefined();
  });

  it("refuse a wrong type with Go's text", () => {
    const fields = fieldsOf("api", "ChatRequest", {
      model: 1,
      stream: "x",
      messages: [{ content: [] }],
    });
    const field =
      "json: cannot unmarshal number into Go struct field ChatRequest.model of type string";
    expect(() => fields.string("model")).toThrow(refusal(field));
    const stream =
      "json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool";
    expect(() => fields.boolean("stream")).toThrow(refusal(stream));
    const [message] = fields.objects("messages", "api.Message") ?? [];
    const content =
      "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string";
    expect(() => message?.string("content")).toThrow(refusal(content));
  });

  it("refuse a body that is no object", () => {
    const text = "json: cannot unmarshal array into Go value of type api.ChatRequest";
    expect(() => fieldsOf("api", "ChatRequest", [])).toThrow(refusal(text));
  });
});
