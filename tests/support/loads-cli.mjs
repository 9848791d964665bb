// On Bun, says with which files a program ran: loaded in front of it, it writes their names into the
// file that LOADED_FILES names, when the program ends.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

const loaded = new Set();
globalThis.Bun.plugin({
  name: "loaded files",
  setup: (build) => {
    build.onLoad({ filter: /\.(ts|m?js)$/ }, ({ path }) => {
      loaded.add(path);
      return { contents: readFileSync(path, "utf8"), loader: path.endsWith("ts") ? "ts" : "js" };
    });
  },
});
process.on("exit", () => writeFileSync(process.env["LOADED_FILES"], JSON.stringify([...loaded])));
