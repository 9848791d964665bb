import { expect, it } from "vitest";
import { newRequestId } from "../../../src/requests/request-id.ts";
import { UUID } from "../../support/service.ts";

it("is a UUID of version 4, another each time", () => {
  const ids = Array.from({ length: 1000 }, () => newRequestId());
  for (const id of ids) expect(id).toMatch(UUID);
  expect(new Set(ids).size).toBe(1000);
});

it("stands behind those of earlier seconds, and beside those of its own", () => {
  const times = [
    1, 1000, 1_700_000_000_000, 1_700_000_000_999, 1_800_000_000_000, 4_294_967_295_000,
  ];
  const ids = times.map(newRequestId);
  expect(ids.map((id) => id.slice(0, 8))).toEqual([
    "00000000",
    "00000001",
    "6553f100",
    "6553f100",
    "6b49d200",
    "ffffffff",
  ]);
});

it.each([-5000, 2 ** 32 * 1000 + 5000])("is one whatever the clock says: %i", (nowMs) => {
  expect(newRequestId(nowMs)).toMatch(UUID);
});
