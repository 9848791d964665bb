import { describe, expect, it } from "vitest";
import { parameterLines, renderModelfile } from "../../../models/modelfile.ts";
import type { StoredModel } from "../../../models/stored-model.ts";
import { named } from "./temp-store.ts";

const MODEL: StoredModel = {
  name: named("me/tiny:v1"),
  digest: "",
  size: 0,
  modifiedAt: new Date(0),
  manifest: {
    schemaVersion: 2,
    mediaType: "",
    config: { mediaType: "", digest: "", size: 0 },
    layers: [],
  },
  config: { model_format: "", model_family: "", model_type: "", file_type: "" },
  weightsPath: "/blobs/weights",
  weightsDigest: "",
  parent: "",
  projectorPaths: ["/blobs/projector"],
  template: `say "hi"\nand {{ .Prompt }}`,
  system: " padded",
  licenses: ["MIT", "two\nlines"],
  parameters: { num_ctx: 1_048_576, stop: ["<a>", "b"], temperature: 0.5, top_p: 0.00001 },
  messages: [{ role: "user", content: "hi" }],
};

describe("a Modelfile", () => {
  it("is written as Ollama writes it", () => {
    expect(renderModelfile(MODEL).split("\n").slice(2)).toEqual([
      "# FROM me/tiny:v1",
      "",
      "FROM /blobs/weights",
      "FROM /blobs/projector",
      `TEMPLATE """say "hi"`,
      `and {{ .Prompt }}"""`,
      `SYSTEM " padded"`,
      "PARAMETER num_ctx 1.048576e+06",
      "PARAMETER stop <a>",
      "PARAMETER stop b",
      "PARAMETER temperature 0.5",
      "PARAMETER top_p 1e-05",
      "LICENSE MIT",
      `LICENSE "two`,
      `lines"`,
      "MESSAGE user hi",
      "",
    ]);
  });

  it("of a model without a template shows the text as it is", () => {
    const bare = { ...MODEL, template: undefined, system: undefined, parameters: {} };
    expect(renderModelfile(bare)).toContain("\nTEMPLATE {{ .Prompt }}\nLICENSE MIT\n");
  });

  it("has its parameters in lines, texts between quotation marks", () => {
    expect(parameterLines(MODEL).split("\n")).toEqual([
      "num_ctx                        1.048576e+06",
      `stop                           "<a>"`,
      `stop                           "b"`,
      "temperature                    0.5",
      "top_p                          1e-05",
    ]);
  });
});
