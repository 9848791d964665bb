import { until } from "./deadline.ts";

/** What a task of misbehaving-worker.mjs is to do. */
export type Deed =
  | "answer"
  | "throw"
  | "exit"
  | "loop"
  | "eat"
  | "give what cannot be copied"
  | "wait";

/** An order to such a task, and what is seen of it through shared memory. */
export interface ThreadOrder {
  /** The task's input. */
  input: Uint8Array[];
  hasStarted: () => boolean;
  /** Settles when the task runs. */
  started: () => Promise<void>;
  /** Lets a task go on that has been ordered to wait. */
  goOn: () => void;
}

const STARTED = 0;
const GO_ON = 1;

/** Writes an order. */
export function threadOrder(deed: Deed): ThreadOrder {
  const memory = new Uint8Array(new SharedArrayBuffer(64));
  memory.set(Buffer.from(deed), 8);
  const cells = new Int32Array(memory.buffer, 0, 2);
  const hasStarted = (): boolean => Atomics.load(cells, STARTED) !== 0;
  return {
    input: [memory],
    hasStarted,
    started: () => until(hasStarted, `the task that is to ${deed} has started`),
    goOn: () => {
      Atomics.store(cells, GO_ON, 1);
      Atomics.notify(cells, GO_ON);
    },
  };
}
