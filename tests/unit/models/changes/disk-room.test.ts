import { expect, it } from "vitest";
import { DiskRoom, reserveOf, type DiskSpace } from "../../../../src/models/changes/disk-room.ts";

const GB = 1e9;

function roomOn(disk: DiskSpace | undefined) {
  let reads = 0;
  const room = new DiskRoom(async () => {
    reads += 1;
    return disk;
  });
  return { room, reads: () => reads };
}

const line = (digest: string, total: number, completed?: number) => ({
  status: "pulling",
  digest,
  total,
  ...(completed === undefined ? {} : { completed }),
});

it.each([
  [100, 10],
  [199, 19.9],
  [200, 20],
  [4000, 20],
])("leaves of a disk of %d GB %d GB free", (total, reserve) => {
  expect(reserveOf({ totalBytes: total * GB })).toBe(reserve * GB);
});

it("takes what leaves just enough, and refuses a byte more", async () => {
  const { room } = roomOn({ totalBytes: 100 * GB, freeBytes: 15 * GB });
  await room.begin().assertFits(line("a", 5 * GB));
  const { room: again } = roomOn({ totalBytes: 100 * GB, freeBytes: 15 * GB });
  await expect(again.begin().assertFits(line("a", 5 * GB + 1))).rejects.toMatchObject({
    code: "insufficient_storage",
    message:
      "The model takes 5.0 GB more, and 15.0 GB of the disk are free: at least 10.0 GB have to stay free",
  });
});

it("looks once at each part, and at none that is there", async () => {
  const { room, reads } = roomOn({ totalBytes: 100 * GB, freeBytes: 50 * GB });
  const download = room.begin();
  await download.assertFits({ status: "pulling manifest" });
  await download.assertFits({ status: "pulling a", digest: "a" });
  await download.assertFits(line("there", 30 * GB, 30 * GB));
  expect(reads()).toBe(0);
  for (let gb = 0; gb < 10; gb += 1) await download.assertFits(line("a", 10 * GB, gb * GB));
  await download.assertFits(line("b", 2 * GB));
  expect(reads()).toBe(2);
});

it("says that other pulls take their part, in small numbers too", async () => {
  const { room } = roomOn({ totalBytes: 1 * GB, freeBytes: 0.3 * GB });
  const first = room.begin();
  await first.assertFits(line("a", 0.1 * GB));
  await expect(room.begin().assertFits(line("b", 0.15 * GB))).rejects.toThrow(
    "The model takes 150.0 MB more, and 200.0 MB of the disk are free beside what other pulls will take: at least 100.0 MB have to stay free",
  );
  first.end();
  await room.begin().assertFits(line("c", 0.01 * GB));
});

it("refuses nothing where the disk is not known", async () => {
  const { room } = roomOn(undefined);
  await room.begin().assertFits(line("a", 1e15));
});
