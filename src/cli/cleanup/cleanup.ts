import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { defineCommand } from "../command.ts";
import { homeOf } from "../home.ts";
import type { Output } from "../output/output.ts";
import { bytes } from "../output/units.ts";
import { findRemovable, type Removable } from "./removable.ts";

interface CleanedUp {
  home: string;
  dry_run: boolean;
  service_running: boolean;
  files: { path: string; kind: Removable["kind"]; bytes: number }[];
  freed_bytes: number;
  in_use: { path: string; kind: Removable["kind"]; bytes: number }[];
}

const files = {
  type: "array",
  items: {
    type: "object",
    required: ["path", "kind", "bytes"],
    additionalProperties: false,
    properties: {
      path: { type: "string" },
      kind: { enum: ["log", "cache", "temporary", "state"] },
      bytes: { type: "integer" },
    },
  },
};

export const cleanup = defineCommand({
  about:
    "It removes logs, reports of load tests, kept answers, downloads that were broken off and what a crash has left, all under SHARED_OLLAMA_HOME. Models, records of requests, secrets and settings stay, and links are not followed. While the service runs, only logs that were set aside and reports go.",
  args: { "dry-run": { type: "boolean", description: "Only say what would go" } },
  examples: [
    { line: "shared-ollama cleanup --dry-run", about: "What would go, and how much that is" },
    { line: "shared-ollama cleanup --yes", about: "Remove it without a question" },
  ],
  json: {
    schema: {
      type: "object",
      required: ["home", "dry_run", "service_running", "files", "freed_bytes", "in_use"],
      additionalProperties: false,
      properties: {
        home: { type: "string" },
        dry_run: { type: "boolean" },
        service_running: { type: "boolean" },
        files: { ...files, description: "What was removed, or would be" },
        freed_bytes: { type: "integer" },
        in_use: { ...files, description: "What stays because the service runs" },
      },
    },
  },
  run: async (cli, args) => {
    const home = homeOf(cli.env);
    const { homeUse } = await import("../home-use.ts");
    // What cannot be told counts as running: nothing is taken from under a service.
    const isRunning = (await homeUse(home)).isInUse !== false;
    const found = await findRemovable({ home, isRunning });
    const removed = found.filter(({ isInUse }) => !isInUse);
    const isDry = args["dry-run"] === true;
    const size = sum(removed);
    if (!isDry && removed.length > 0) {
      await cli.confirm(`Remove ${countOf(removed)} (${bytes(size)}) from ${home}?`);
      for (const { path } of removed) await rm(path, { force: true });
    }
    const cleaned: CleanedUp = {
      home,
      dry_run: isDry,
      service_running: isRunning,
      files: removed.map(withoutUse),
      freed_bytes: size,
      in_use: found.filter(({ isInUse }) => isInUse).map(withoutUse),
    };
    cli.show(cleaned, showCleaned);
  },
});

function showCleaned(cleaned: CleanedUp, out: Output): void {
  const { home, dry_run, files, freed_bytes, in_use, service_running } = cleaned;
  if (files.length > 0) {
    out.table(
      [{ head: "FILE", shrinks: true }, { head: "KIND" }, { head: "SIZE", align: "right" }],
      files.map(({ path, kind, bytes: size }) => [relative(home, path), kind, bytes(size)]),
    );
    out.line();
    const did = dry_run ? "Would free" : "Freed";
    out.line(`${did} ${bytes(freed_bytes)} in ${countOf(files)} under ${home}.`);
  } else out.line(`Nothing is to be removed under ${home}.`);
  if (service_running && in_use.length > 0) {
    out.note(
      `${countOf(in_use)} (${bytes(sum(in_use))}) ${in_use.length === 1 ? "stays" : "stay"} while the service runs: shared-ollama stop`,
    );
  }
}

function withoutUse({ path, kind, bytes }: Removable) {
  return { path, kind, bytes };
}

function sum(files: readonly { bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

function countOf(files: readonly unknown[]): string {
  return files.length === 1 ? "1 file" : `${files.length} files`;
}
