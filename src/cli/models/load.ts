import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { duration } from "../output/units.ts";
import { keepAliveOf } from "./keep-alive-flag.ts";

export const loadModel = defineCommand({
  about: "It waits for its turn as a question would.",
  args: {
    name: {
      type: "positional",
      required: true,
      valueHint: "MODEL",
      description: "An installed model, or an alias",
    },
    "keep-alive": {
      type: "string",
      valueHint: "TIME",
      description: "How long it stays when it is idle: 30m, 2h, -1 for ever",
    },
  },
  examples: [
    {
      line: "shared-ollama models load smollm2:135m --keep-alive 30m",
      about: "Bring a model into memory, for half an hour after its last use",
    },
  ],
  json: { operation: "loadModel" },
  run: async (cli, { name, "keep-alive": keepAlive }) => {
    const body = keepAlive === undefined ? {} : { keep_alive: keepAliveOf(keepAlive) };
    const done = await answered(
      cli.api.POST("/api/v1/models/{name}/load", {
        params: { path: { name } },
        body,
        signal: cli.signal,
      }),
    );
    cli.show(done, ({ load_ms }, out) =>
      out.line(
        load_ms === 0
          ? `${name} was in memory already.`
          : `${name} is in memory; that took ${duration(load_ms)}.`,
      ),
    );
  },
});
