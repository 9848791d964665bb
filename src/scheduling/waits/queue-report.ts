import { InferenceUse, type InferenceSeconds } from "../inference-use.ts";
import type { TenantWeights } from "../tenant-weights.ts";
import { type LineName, type Priority, priorityOf, type Ticket } from "../waiting-requests.ts";
import type { Outlook } from "./outlook.ts";
import type { Standing } from "./standing.ts";

/** What several tenants, or one, have of the queue. */
interface Part {
  running: number;
  waiting: number;
  /** With what running requests have had so far. */
  seconds: InferenceSeconds;
}

/** What a tenant has of the queue. */
export interface TenantPart extends Part {
  tenant: string;
  /** Its part of all inference of the last hour. */
  share: number;
  weight: number;
}

/** A request that waits. */
export interface WaitingRequest extends Standing {
  requestId: string | undefined;
  tenant: string;
  model: string;
  line: LineName;
  priority: Priority;
  waitedMs: number;
}

/** The queue as it is now. */
export interface QueueReport {
  running: number;
  waiting: number;
  /** Those with most to do first. */
  tenants: TenantPart[];
  /** Those that are not listed, together. */
  others: Part & { tenants: number };
  /** By line and position. */
  requests: WaitingRequest[];
  otherRequests: number;
}

interface ReportParts {
  outlook: Outlook;
  use: InferenceUse;
  weights: Pick<TenantWeights, "of">;
}

/** So many tenants are listed, and so many requests, those that have waited longest. */
const MAX_LISTED = 200;

/** @param only the one tenant that is to be seen; undefined: all are. */
export function queueReport(parts: ReportParts, only: string | undefined): QueueReport {
  const { all, total } = tenantsNow(parts);
  for (const one of all) one.share = total.hour > 0 ? one.seconds.hour / total.hour : 0;
  const seen = only === undefined ? all : all.filter(({ tenant }) => tenant === only);
  const tenants = seen
    .toSorted((a, b) => b.running + b.waiting - a.running - a.waiting || b.share - a.share)
    .slice(0, MAX_LISTED);
  const listed = new Set(tenants);
  const others = all.filter((one) => !listed.has(one));
  // Tenants that are forgotten are in the total as well.
  const seconds = tenants.reduce((left, one) => without(left, one.seconds), total);
  const waiting = waitingNow(parts.outlook);
  const requests = waiting
    .filter(({ tenant }) => only === undefined || tenant === only)
    .toSorted((a, b) => a.enqueuedAt - b.enqueuedAt)
    .slice(0, MAX_LISTED)
    .map((ticket) => asWaiting(ticket, parts.outlook))
    .toSorted((a, b) => a.line.localeCompare(b.line) || a.position - b.position);
  return {
    running: sum(all.map((one) => one.running)),
    waiting: waiting.length,
    tenants,
    others: {
      tenants: others.length,
      running: sum(others.map((one) => one.running)),
      waiting: sum(others.map((one) => one.waiting)),
      seconds,
    },
    requests,
    otherRequests: waiting.length - requests.length,
  };
}

const NOTHING: InferenceSeconds = { minute: 0, hour: 0, day: 0 };

/** What each tenant has that has anything, and what all have had together. */
function tenantsNow({ outlook, use, weights }: ReportParts) {
  let total = use.all;
  const found = new Map<string, TenantPart>();
  const add = (tenant: string, seconds: InferenceSeconds): TenantPart => {
    const weight = weights.of(tenant);
    const part = { tenant, running: 0, waiting: 0, seconds, share: 0, weight };
    found.set(tenant, part);
    return part;
  };
  for (const tenant of use.tenants) {
    const seconds = use.of(tenant);
    if (seconds.day > 0) add(tenant, seconds);
  }
  const partOf = (tenant: string): TenantPart => found.get(tenant) ?? add(tenant, NOTHING);
  outlook.view.running.forEach(({ place }) => {
    const part = partOf(place.label.tenant);
    part.running += 1;
    const soFar = InferenceUse.within(place.workMs);
    part.seconds = added(part.seconds, soFar);
    total = added(total, soFar);
  });
  for (const { tenant } of waitingNow(outlook)) partOf(tenant).waiting += 1;
  return { all: [...found.values()], total };
}

function waitingNow({ view: { waiting } }: Outlook): Ticket[] {
  return [...waiting.interactive, ...waiting.background];
}

function asWaiting(ticket: Ticket, outlook: Outlook): WaitingRequest {
  const { tenant, model, line, enqueuedAt, waiting } = ticket;
  const { position, expectedMs, basis } = outlook.of(ticket);
  return {
    requestId: waiting?.requestId,
    ...{ tenant, model, line, priority: priorityOf(ticket) },
    ...{ position, expectedMs, basis },
    waitedMs: outlook.view.now() - enqueuedAt,
  };
}

function added(a: InferenceSeconds, b: InferenceSeconds): InferenceSeconds {
  return { minute: a.minute + b.minute, hour: a.hour + b.hour, day: a.day + b.day };
}

function without(a: InferenceSeconds, b: InferenceSeconds): InferenceSeconds {
  const rest = (name: keyof InferenceSeconds): number => Math.max(0, a[name] - b[name]);
  return { minute: rest("minute"), hour: rest("hour"), day: rest("day") };
}

function sum(figures: number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
