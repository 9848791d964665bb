import { type Seat, WatchList } from "../runtime/watch-list.ts";
import type { Place } from "./place.ts";
import type { Charge } from "./turns.ts";
import type { LineName, Priority } from "./waiting-requests.ts";

/** A request that runs. */
export interface Running {
  line: LineName;
  priority: Priority;
  place: Place;
  charge: Charge;
}

/** The requests that run, counted by tenant and by model. */
export class RunningRequests {
  readonly #all = new WatchList<Running>();
  readonly #ofTenant: Record<LineName, Map<string, number>> = {
    text: new Map(),
    vision: new Map(),
  };
  readonly #ofModel = new Map<string, number>();

  /** @returns what `remove` takes. */
  add(running: Running): Seat<Running> {
    this.#count(running, 1);
    return this.#all.add(running);
  }

  remove(seat: Seat<Running>): void {
    if (this.#all.remove(seat)) this.#count(seat.member, -1);
  }

  /** How many requests of a tenant run in a line. */
  ofTenant(line: LineName, tenant: string): number {
    return this.#ofTenant[line].get(tenant) ?? 0;
  }

  /** How many requests for a model run. */
  ofModel(model: string): number {
    return this.#ofModel.get(model) ?? 0;
  }

  /** The tenants whose requests of a priority run on a model. */
  tenantsOn(model: string, priority: Priority): Set<string> {
    const tenants = new Set<string>();
    this.#all.forEach(({ member: { place, priority: its } }) => {
      if (its === priority && place.label.model === model) tenants.add(place.label.tenant);
    });
    return tenants;
  }

  forEach(visit: (running: Running) => void): void {
    this.#all.forEach(({ member }) => visit(member));
  }

  some(is: (running: Running) => boolean): boolean {
    let found = false;
    this.#all.forEach(({ member }) => (found ||= is(member)));
    return found;
  }

  /** Charges all for the time that they have taken so far, where the estimate was less. */
  chargeSoFar(): void {
    this.#all.forEach(({ member: { place, charge } }) => charge.atLeast(place.workMs));
  }

  #count({ line, place }: Running, by: number): void {
    add(this.#ofTenant[line], place.label.tenant, by);
    add(this.#ofModel, place.label.model, by);
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
