// Recorded from the ollama program, built from its source after 0.32, with OLLAMA_HOST at a server;
// those of the program 0.13.5 are in ../ollama-cli.test.ts.
import type { Header } from "../../support/http-wire.ts";
import { plays } from "./play.ts";
import { bare, json, lines, sending, text, type Step } from "./steps.ts";

const AGENT: Header = ["User-Agent", "ollama/0.33.0 (amd64 linux) Go/go1.26.8"];
const TYPE: Header = ["Content-Type", "application/json"];
const ZIP: Header = ["Accept-Encoding", "gzip"];
const JSON_HEADERS: Header[] = [AGENT, ["Accept", "application/json"], TYPE, ZIP];
const LINE_HEADERS: Header[] = [AGENT, ["Accept", "application/x-ndjson"], TYPE, ZIP];

const get = (target: string) => bare("GET", target, JSON_HEADERS);
const post = (target: string, body: object) => sending(target, JSON_HEADERS, body);
const streaming = (target: string, body: object) => sending(target, LINE_HEADERS, body);
const empty = (target: string) => sending(target, JSON_HEADERS, "");
const show = (model: string, name = "") =>
  post("/api/show", {
    ...{ model, system: "", template: "", verbose: false, options: null, name },
  });
const generate = (model: string, prompt: string, more: object) =>
  streaming("/api/generate", { model, prompt, suffix: "", system: "", template: "", ...more });

const heartbeat: Step = {
  what: "sees whether the server is there, before each command",
  ask: bare("HEAD", "/", [AGENT, ["Accept", "application/json"], TYPE]),
  needs: text(200, ""),
};
const status: Step = {
  what: "sees whether models of the cloud are allowed",
  ask: get("/api/status"),
  needs: json(200, { cloud: { disabled: false } }),
};
const recommendations: Step = {
  what: "looks for models to offer",
  ask: get("/api/experimental/model-recommendations"),
  needs: json(200, { recommendations: [{ model: "fake" }, { required_plan: "pro" }] }),
};
const listing = (...names: string[]): Step => ({
  what: "lists the models with what they can do, for the client's settings",
  ask: get("/api/tags"),
  needs: json(200, {
    models: names.map((name) => ({ name, capabilities: ["completion", "tools"] })),
  }),
});

plays({
  client: "ollama launch claude --model fake",
  ollama: ["0.30.0"],
  steps: [
    heartbeat,
    recommendations,
    status,
    {
      what: "looks for the model",
      ask: show("fake"),
      needs: json(200, { capabilities: ["completion", "tools"] }),
    },
    listing("fake:latest"),
  ],
});

plays({
  client: "ollama launch codex --model missing --yes",
  ollama: ["0.30.0"],
  steps: [
    heartbeat,
    recommendations,
    status,
    {
      what: "looks for the model",
      ask: show("missing"),
      needs: json(404, { error: "model 'missing' not found" }),
    },
    {
      what: "fetches it",
      ask: streaming("/api/pull", { model: "", username: "", password: "", name: "missing" }),
      needs: lines({ status: "success" }),
    },
    listing("fake:latest", "missing:latest"),
  ],
});

plays({
  client: "the ollama program",
  ollama: ["0.30.0"],
  steps: [
    {
      what: "tells the versions",
      ask: get("/api/version"),
      needs: json(200, { version: "0.30.0" }),
    },
    heartbeat,
    {
      what: "shows a model",
      ask: show("", "fake"),
      needs: json(200, { capabilities: ["completion", "tools"] }),
    },
    {
      what: "runs it",
      ask: generate("fake", "hi", { options: {} }),
      needs: lines({ done: true, eval_count: 2 }),
      model: "fake",
    },
    {
      what: "lists what is in memory",
      ask: get("/api/ps"),
      needs: json(200, { models: [{ name: "fake:latest" }] }),
    },
    {
      what: "stops it",
      ask: generate("fake", "", { keep_alive: "0s", options: null }),
      needs: json(200, { done: true, done_reason: "unload" }),
    },
    {
      what: "copies it",
      ask: post("/api/copy", { source: "fake", destination: "copied" }),
      needs: text(200, ""),
    },
    {
      what: "removes the copy",
      ask: sending("/api/delete", JSON_HEADERS, { model: "", name: "copied" }, "DELETE"),
      needs: text(200, ""),
    },
    {
      what: "asks who the owner is (ollama signin)",
      ask: empty("/api/me"),
      needs: json(403, {}),
      isRefused: true,
    },
    {
      what: "signs the owner out (ollama signout)",
      ask: empty("/api/signout"),
      needs: json(403, {}),
      isRefused: true,
    },
    {
      what: "searches the web with the owner's account",
      ask: post("/api/experimental/web_search", { query: "news", max_results: 5 }),
      needs: json(403, {}),
      isRefused: true,
    },
    {
      what: "fetches a page with the owner's account",
      ask: post("/api/experimental/web_fetch", { url: "https://example.org" }),
      needs: json(403, {}),
      isRefused: true,
    },
  ],
});
