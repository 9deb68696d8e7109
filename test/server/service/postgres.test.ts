import { expect, test } from "vitest";
import { postgresFolder, startPostgres } from "../store/postgres.ts";
import { startTestDaemon } from "../test-daemon.ts";

const folder = postgresFolder();

test.skipIf(folder === undefined)(
  "a daemon on PostgreSQL carries out runs, tells of them, and survives a restart of the database",
  async () => {
    const postgres = await startPostgres(folder!);
    const daemon = await startTestDaemon({ database: postgres.address });
    try {
      const { id } = await daemon.run("plain");
      const events = await daemon.events(id);
      expect(events.at(-1)!.event).toMatchObject({ type: "run-state", state: "finished" });
      expect(events.filter(({ event }) => event.type === "task-finished")).toHaveLength(12);
      await postgres.restart();
      const again = await daemon.run("plain");
      await daemon.events(again.id);
      expect((await daemon.client.listRuns()).items.map(({ state }) => state)).toEqual(["finished", "finished"]);
    } finally {
      await daemon.close();
      await postgres.stop();
    }
  },
);
