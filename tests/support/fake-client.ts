import { ClientLeft } from "../../src/errors/abort-reasons.ts";
import { LightSignal } from "../../src/runtime/light-signal.ts";

/** A signal that knows how many listen to it. */
class CountedSignal extends LightSignal {
  readonly listeners = new Set<() => void>();

  override addEventListener(type: "abort", listener: () => void): void {
    super.addEventListener(type, listener);
    if (!this.aborted) this.listeners.add(listener);
  }

  override removeEventListener(type: "abort", listener: () => void): void {
    super.removeEventListener(type, listener);
    this.listeners.delete(listener);
  }

  override abort(reason: Error): void {
    this.listeners.clear();
    super.abort(reason);
  }
}

/** A request's client: its signal, how many listen to that, and a way to leave. */
export interface FakeClient {
  signal: LightSignal;
  leave: () => void;
  listeners: () => number;
}

export function fakeClient(): FakeClient {
  const signal = new CountedSignal();
  return {
    signal,
    leave: () => signal.abort(new ClientLeft()),
    listeners: () => signal.listeners.size,
  };
}
