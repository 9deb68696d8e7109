import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hold, release } from "../fixtures/orders.ts";
import { experimentText, startTestDaemon, type TestDaemon } from "../test-daemon.ts";

/** A small disk of its own, where the system lets this process mount one (Linux, as root). */
function smallDisk(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "almanac-disk-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", folder]).status === 0) return folder;
  rmdirSync(folder);
  return undefined;
}

/** Writes until there is no room left for as much as a page. */
function fill(path: string): void {
  for (let bytes = 2 ** 20; bytes >= 512; ) {
    try {
      appendFileSync(path, new Uint8Array(bytes));
    } catch {
      bytes /= 2;
    }
  }
}

/** Queues ever smaller texts until the smallest is refused: the database has some room of its own left. */
async function refusalOf({ client }: TestDaemon, path: string): Promise<unknown> {
  let refusal: unknown;
  for (const length of [60_000, 6_000, 600, 1]) {
    const text = `${experimentText("plain")}# ${"x".repeat(length)}\n`;
    do refusal = await client.createRun({ body: { path, text } }).catch((error: unknown) => error);
    while (!(refusal instanceof Error));
  }
  return refusal;
}

const disk = smallDisk();
afterAll(() => {
  if (disk === undefined) return;
  spawnSync("umount", ["--lazy", disk]);
  rmdirSync(disk);
});

const why = disk === undefined ? " (skipped: a small disk can be mounted by root on Linux only)" : "";

test.skipIf(disk === undefined)(
  `a full disk loses nothing: runs wait for room and end as they would have${why}`,
  async () => {
    const home = disk!;
    const full = Promise.withResolvers<void>();
    const room = Promise.withResolvers<void>();
    const report = (message: string) => message.startsWith("The disk is full") && full.resolve();
    const daemon = await startTestDaemon({ home, report, pause: () => room.promise });
    const filler = join(home, "filler");
    const waiting = daemon.experiment("plain");
    try {
      const undisturbed = await daemon.run("long", { options: { seed: 1 } });
      await daemon.events(undisturbed.id);

      hold(home, 1);
      const { id } = await daemon.run("long", { options: { seed: 2 } });
      for await (const { event } of daemon.client.runEvents({ params: { id } }))
        if (event.type === "task-finished") break;
      fill(filler);
      expect(await refusalOf(daemon, waiting)).toMatchObject({ status: 507, details: { code: "disk-full" } });
      release(home);
      await full.promise;
      expect(["running", "queued"]).toContain((await daemon.client.getRun({ params: { id } })).state);
      rmSync(filler);
      room.resolve();

      const events = await daemon.events(id);
      expect(await daemon.client.getRun({ params: { id } })).toMatchObject({ state: "finished" });
      const finished = events.flatMap(({ event }) =>
        event.type === "task-finished" ? [`${event.candidate} ${event.task}`] : [],
      );
      expect(new Set(finished).size).toBe(120);
      const computed = readFileSync(join(home, "tenants/local/runs/computed.log"), "utf8").trim().split("\n");
      expect(new Set(computed).size).toBe(computed.length);
    } finally {
      rmSync(filler, { force: true });
      room.resolve();
      await daemon.close();
    }
  },
);
