// Entry of a thread whose tasks do what none should. `inspectBody` does what its input orders:
// memory shared with the test, as thread-order.ts writes it.
import process from "node:process";

export async function inspectBody([{ buffer }]) {
  const cells = new Int32Array(buffer, 0, 2);
  Atomics.store(cells, 0, 1);
  const order = Buffer.from(buffer, 8).toString().replaceAll("\0", "");
  switch (order) {
    case "throw":
      throw new TypeError("a mistake");
    case "exit":
      return process.exit(3);
    case "loop":
      for (;;) Atomics.add(cells, 0, 1);
    case "eat": {
      const bite = Array.from({ length: 1_000_000 }, (_, i) => i);
      for (const eaten = []; ;) eaten.push(bite.slice());
    }
    case "give what cannot be copied":
      return () => {};
    case "wait":
      Atomics.wait(cells, 1, 0);
      break;
  }
  return { model: order };
}
