import { awakeNow } from "../runtime/awake-clock.ts";
import { SortedList } from "../runtime/sorted-list.ts";
import type { CostEstimates } from "./cost-estimates.ts";
import type { TenantWeights } from "./tenant-weights.ts";
import type { Charge, TenantBefore, Turns } from "./turns.ts";

interface StartTimeTurnsOptions {
  weights: TenantWeights;
  estimates: CostEstimates;
  now?: () => number;
}

/** What a tenant has had. Tags are in milliseconds of inference for a weight of 1. */
interface Account {
  readonly tenant: string;
  /** Where its next request starts, if it does not wait for that. */
  finish: number;
  /** The virtual time when it began to wait. */
  joinedAt: number;
  /** Where its next request starts: the larger of both. */
  tag: number;
  isWaiting: boolean;
  /** Whether it has not had a turn yet, and is nobody whom the operator has named. */
  isNewcomer: boolean;
  /** Up to which tag the newcomers' one counts what it owes; 0 where it counts nothing. */
  countedUntil: number;
  /** When it came or had its last turn, as a number: it decides between equal tags. */
  since: number;
  turns: number;
  running: number;
}

/** What a request is charged by. */
interface Started {
  model: string;
  weight: number;
  estimateMs: number;
}

/** Accounts that are kept. With names of 64 characters they are less than a megabyte. */
const MAX_ACCOUNTS = 1000;

/** Of more tenants that go before a request only so many are looked at, evenly among them. */
const MAX_VISITED = 32;

/** A request costs at least this: one that the server refuses is not free either. */
const MIN_COST_MS = 1;

/** A tenant that has had so many turns was not made up for one of them. */
const TRIAL_TURNS = 10;

/**
 * How far a waiting tenant may be behind the others before it loses what it is owed. It falls behind
 * where it cannot use the places that become free, since its model is not in memory; without a
 * bound it would then have the machine for as long as it has waited. It is twice the default of
 * QUEUE_MODEL_PATIENCE, so that a usual turn of another model costs nobody anything.
 */
const MAX_CREDIT_MS = 60_000;

/**
 * Start-time fair queueing (Goyal, Vin and Cheng, 1996) in milliseconds of inference. Each tenant has
 * a finish tag, which its requests move on by their cost divided by its weight. The tenant whose next
 * request has the lowest start tag goes first; that tag is its finish tag, or the virtual time where
 * this is larger: the highest start tag that has been served. So whoever is away earns nothing, and
 * owes on its return what the others have not caught up with.
 *
 * A cost is known only at the end. An estimate is charged at the start, more as soon as the request
 * has taken longer, and the difference at the end.
 *
 * A tenant never seen before would start at the virtual time, and a client with a new name for each
 * request would never owe anything. So newcomers start later by what is owed by names that were new
 * lately and have nothing waiting: they may never come back to it. Who waits pays for itself.
 */
export class StartTimeTurns implements Turns {
  readonly #options: StartTimeTurnsOptions;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();
  readonly #waiting = new SortedList<Account>(compareTurns);
  /** Those of the waiting that had no turn yet, in the order in which they came. */
  readonly #newcomers: Account[] = [];
  #newcomersFinish = 0;
  #highestStart = 0;
  #running = 0;
  #count = 0;
  /** Since when nothing runs or waits. */
  #idleSince: number | undefined;

  constructor(options: StartTimeTurnsOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
  }

  join(tenant: string): void {
    this.#passIdleTime();
    const account = this.#accountOf(tenant);
    account.joinedAt = this.#virtualTime();
    const lastSince = account.since;
    account.since = this.#next();
    account.isWaiting = true;
    this.#place(account);
    this.#moveNewcomers(lastSince, this.#countDebt(account));
    if (account.isNewcomer) this.#newcomers.push(account);
  }

  leave(tenant: string): void {
    const account = this.#accounts.get(tenant);
    if (!account?.isWaiting) return;
    this.#waiting.remove(account);
    account.isWaiting = false;
    if (account.isNewcomer) {
      this.#newcomers.splice(this.#newcomers.indexOf(account), 1);
      this.#accounts.delete(tenant);
    } else this.#countDebt(account);
    this.#noteIdle();
  }

  *inTurn(): Generator<string> {
    for (const { tenant } of this.#waiting) yield tenant;
  }

  forEachBefore(tenant: string, ownMs: number, visit: (before: TenantBefore) => void): void {
    const { weights } = this.#options;
    const own = this.#accounts.get(tenant);
    const { tag, since } = own?.isWaiting ? own : this.#asNewcomer(tenant, own);
    const startTag = tag + ownMs / weights.of(tenant);
    const count = this.#waiting.countWhile((other) => other.tag <= startTag);
    const standsFor = Math.max(1, count / MAX_VISITED);
    for (let at = 0; at < count; at += standsFor) {
      const other = this.#waiting.at(Math.floor(at));
      if (!other || other === own) continue;
      const mayHaveMs = (startTag - other.tag) * weights.of(other.tenant);
      visit({ tenant: other.tenant, mayHaveMs, isFirst: other.since < since, standsFor });
    }
  }

  start(tenant: string, model: string): Charge {
    this.#passIdleTime();
    const account = this.#accountOf(tenant);
    const startTag = this.#startTagOf(account);
    this.#highestStart = Math.max(this.#highestStart, startTag);
    this.#running += 1;
    account.running += 1;
    account.turns += 1;
    const estimateMs = this.#options.estimates.of(tenant, model);
    const weight = this.#options.weights.of(tenant);
    if (account.isNewcomer && account.isWaiting) {
      this.#newcomers.splice(this.#newcomers.indexOf(account), 1);
    }
    account.isNewcomer = false;
    this.#update(account, { finish: startTag + estimateMs / weight, since: this.#next() });
    this.#countDebt(account);
    this.#limitCredit();
    return this.#chargeFor(account, { model, weight, estimateMs });
  }

  charge(tenant: string, costMs: number): void {
    const account = this.#accountOf(tenant);
    const finish = this.#startTagOf(account) + costMs / this.#options.weights.of(tenant);
    this.#update(account, { finish });
    this.#countDebt(account);
  }

  /** Where a request of a tenant starts if it gets a place now. */
  #startTagOf({ isWaiting, tag, finish }: Account): number {
    return isWaiting ? tag : Math.max(finish, this.#virtualTime());
  }

  /** Charges a request that has started, and for which the estimate is charged already. */
  #chargeFor(account: Account, started: Started): Charge {
    const { model, weight, estimateMs } = started;
    const { tenant, since } = account;
    let chargedMs = estimateMs;
    const chargeUpTo = (costMs: number): void => {
      const move = (costMs - chargedMs) / weight;
      chargedMs = costMs;
      this.#move(account, move);
      this.#moveNewcomers(since, this.#countDebt(account));
    };
    return {
      atLeast: (costMs) => {
        if (costMs > chargedMs) chargeUpTo(costMs);
      },
      settle: (costMs, isWhole) => {
        chargeUpTo(Math.max(MIN_COST_MS, costMs));
        account.running -= 1;
        this.#running -= 1;
        if (isWhole) this.#options.estimates.learn(tenant, model, costMs);
        this.#noteIdle();
      },
    };
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  /**
   * Has the newcomers' tag count what a tenant owes, as long as that may be left to others.
   * @returns by how much the tag has moved.
   */
  #countDebt(account: Account): number {
    const now = this.#highestStart;
    const { tenant, finish, isWaiting, turns, countedUntil } = account;
    const paysItself = isWaiting || turns > TRIAL_TURNS || this.#options.weights.isNamed(tenant);
    const owes = paysItself ? 0 : Math.max(0, finish - now);
    const move = owes - Math.max(0, countedUntil - now);
    account.countedUntil = owes > 0 ? finish : 0;
    this.#newcomersFinish = Math.max(this.#newcomersFinish, now) + move;
    return move;
  }

  /**
   * Where the request of a tenant starts that has been away. Among tenants that are behind since
   * they wait for their model, it is not farther than they are.
   */
  #virtualTime(): number {
    const lowest = this.#waiting.first?.tag ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#highestStart, lowest);
  }

  /** Where a tenant would stand that does not wait, if it came now. */
  #asNewcomer(tenant: string, account: Account | undefined): Pick<Account, "tag" | "since"> {
    const isUnknown = !account && !this.#options.weights.isNamed(tenant);
    const finish = account?.finish ?? (isUnknown ? this.#newcomersFinish : 0);
    return { tag: Math.max(finish, this.#virtualTime()), since: Number.POSITIVE_INFINITY };
  }

  /** While the machine is idle everybody catches up, as if somebody else had used it. */
  #passIdleTime(): void {
    if (this.#idleSince === undefined) return;
    this.#highestStart += this.#now() - this.#idleSince;
    this.#idleSince = undefined;
  }

  #noteIdle(): void {
    if (this.#running === 0 && this.#waiting.size === 0) this.#idleSince = this.#now();
  }

  /** Puts a waiting tenant where it belongs among the others. */
  #place(account: Account): void {
    account.tag = Math.max(account.finish, account.joinedAt);
    this.#waiting.add(account);
  }

  /** Changes what decides about a tenant's turn. */
  #update(
    account: Account,
    changes: Partial<Pick<Account, "finish" | "since" | "joinedAt">>,
  ): void {
    if (account.isWaiting) this.#waiting.remove(account);
    Object.assign(account, changes);
    if (account.isWaiting) this.#place(account);
  }

  #move(account: Account, by: number): void {
    this.#update(account, { finish: account.finish + by });
  }

  /** What a tenant owes has changed, which counts for the newcomers that came after its last turn. */
  #moveNewcomers(lastTurn: number, by: number): void {
    if (by === 0) return;
    for (let at = this.#newcomers.length - 1; at >= 0; at -= 1) {
      const account = this.#newcomers[at];
      if (!account || account.since < lastTurn) return;
      this.#move(account, by);
    }
  }

  #limitCredit(): void {
    const least = this.#highestStart - MAX_CREDIT_MS;
    for (let first = this.#waiting.first; first && first.tag < least; first = this.#waiting.first) {
      this.#update(first, { joinedAt: least });
    }
  }

  #accountOf(tenant: string): Account {
    const known = this.#accounts.get(tenant);
    if (known) return known;
    const isNewcomer = !this.#options.weights.isNamed(tenant);
    const account: Account = {
      tenant,
      isNewcomer,
      finish: isNewcomer ? this.#newcomersFinish : 0,
      joinedAt: 0,
      tag: 0,
      isWaiting: false,
      countedUntil: 0,
      since: 0,
      turns: 0,
      running: 0,
    };
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#forgetOne();
    this.#accounts.set(tenant, account);
    return account;
  }

  /**
   * Forgets a tenant that is away: of those that came only once, else of all, the one that owes
   * least. When it returns it is a newcomer, and what it owes is counted for these.
   */
  #forgetOne(): void {
    let least: Account | undefined;
    for (const account of this.#accounts.values()) {
      if (account.isWaiting || account.running > 0) continue;
      if (!least || compareWorth(account, least) < 0) least = account;
    }
    if (!least) return;
    this.#accounts.delete(least.tenant);
    this.#newcomersFinish = Math.max(this.#newcomersFinish, least.finish);
  }
}

function compareTurns(a: Account, b: Account): number {
  return a.tag - b.tag || a.since - b.since;
}

function compareWorth(a: Account, b: Account): number {
  return Math.min(a.turns, 2) - Math.min(b.turns, 2) || a.finish - b.finish;
}
