// Entry of a worker thread: each export is a task that the pool calls by its name.
export { inspectBody } from "../src/inference/inspect-body.ts";
