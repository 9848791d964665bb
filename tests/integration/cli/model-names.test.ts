import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createApi } from "../../../src/cli/api.ts";
import { installedNames } from "../../../src/cli/models/installed-names.ts";
import { freePort } from "../../../src/hosts/server.ts";
import { within } from "../../support/deadline.ts";
import { startService } from "../../support/service.ts";

const namesAt = (url: string, ms?: number): Promise<string[]> =>
  installedNames(createApi({ url, project: undefined }), ms);

describe("names of models for a shell that completes a word", () => {
  it("are those that are installed, and their aliases", async () => {
    const { gateway } = await startService({}, {}, { aliases: { "gpt-4o": "fake" } });
    expect(await namesAt(gateway.url, 10_000)).toEqual([
      "fake:latest",
      "all-minilm:latest",
      "gpt-4o",
    ]);
  });

  it("are none where nothing answers, or not in time", async () => {
    expect(await namesAt(`http://127.0.0.1:${await freePort(0)}`)).toEqual([]);
    const silent = createServer((socket) => onTestFinished(() => void socket.destroy()));
    onTestFinished(() => void silent.close());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const names = namesAt(`http://127.0.0.1:${port}`, 50);
    expect(await within(names, "an answer without names", 5000)).toEqual([]);
  });
});
