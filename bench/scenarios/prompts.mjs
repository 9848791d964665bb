import { simulate } from "../lib/simulation.mjs";
import { quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const HOUR_MS = 3_600_000;
/** What a request of 1 s costs more whose prompt's beginning the server has to read. */
const READ_MS = 2000;
const GAIN = 1.15;

/** What clients ask of one tenant, or of several, and how many beginnings their prompts have. */
const KINDS = [
  { name: "3 conversations", clients: 3, kinds: 3 },
  { name: "6 clients, 2 instructions", clients: 6, kinds: 2, hasGain: true },
  { name: "12 clients, 3 instructions", clients: 12, kinds: 3, hasGain: true },
  { name: "the same, 2 places", clients: 12, kinds: 3, places: 2, hasGain: true },
  { name: "2 tenants as the second row, 2 places", count: 2, clients: 6, kinds: 2, places: 2 },
];

/** What it gives that a prompt goes first whose beginning is in memory, with places kept busy. */
export async function prompts(parts) {
  const rows = [];
  for (const kind of KINDS) {
    rows.push({ ...kind, without: await play(kind, true), withIt: await play(kind, false) });
  }
  const cells = ({ perHour, read, p95 }) => [
    figure(perHour, 0),
    figure(100 * read, 0),
    figure(p95 / 1000, 1),
  ];
  return {
    title: "Prompts whose beginning is in memory go first",
    table: markdownTable(
      ["", ...["first in, first out", "warm first"].flatMap((way) => COLUMNS(way))],
      rows.map(({ name, without, withIt }) => [name, ...cells(without), ...cells(withIt)]),
    ),
    goal: `${GAIN} times the answers where clients share instructions, and nowhere fewer`,
    isMet: rows.every(
      ({ hasGain, without, withIt }) => withIt.perHour >= (hasGain ? GAIN : 0.99) * without.perHour,
    ),
  };

  async function play({ clients, kinds, count = 1, places = 1 }, hidesPrompts) {
    const asking = { clients, costMs: 1000, spread: 0.3, thinkMs: 5 };
    const tenant = { ...asking, name: "t", count, prompts: { kinds, readMs: READ_MS } };
    const workload = { about: "", lastsMs: HOUR_MS, places, hidesPrompts, tenants: [tenant] };
    const { answered } = await simulate(workload, "by cost", parts);
    const ended = answered.filter(({ endedMs }) => endedMs < HOUR_MS);
    return {
      perHour: ended.length,
      read: ended.filter(({ isRead }) => isRead).length / ended.length,
      p95: quantile(
        ended.map(({ arrivedMs, startedMs }) => startedMs - arrivedMs),
        0.95,
      ),
    };
  }
}

const COLUMNS = (way) => [`${way}: answers an hour`, "% read anew", "p95 wait s"];
