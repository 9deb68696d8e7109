import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Sqlite from "better-sqlite3";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../../daemon/server/store/database.ts";
import { Store } from "../../../daemon/server/store/store.ts";
import { postgresFolder, startPostgres, type TestPostgres } from "./postgres.ts";

const folder = postgresFolder();

/** Processes that open stores, as a second daemon or a command would; all of them are ready before one is asked to. */
const others: { readonly child: ChildProcess; readonly lines: AsyncIterator<string> }[] = [];

beforeAll(async () => {
  const program = join(import.meta.dirname, "fixtures/open-store.ts");
  for (let count = 0; count < 4; count++) {
    const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
    others.push({ child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() });
  }
  for (const { lines } of others) expect((await lines.next()).value).toBe("ready");
});
afterAll(() => {
  for (const { child } of others) child.stdin?.end();
});

/** Opens the store in several processes at a time; what each had to complain about. */
async function openElsewhere(options: { home: string; database: string | undefined }): Promise<string[]> {
  for (const { child } of others) child.stdin?.write(`${JSON.stringify(options)}\n`);
  return Promise.all(others.map(async ({ lines }) => (await lines.next()).value));
}

/** Every column of every table but the bookkeeping's, as the database itself tells. */
async function columnsOf(database: Database): Promise<unknown> {
  const tables = await database.introspection.getTables();
  const columns = tables.flatMap(({ name, columns }) =>
    columns.map((column) => [name, column.name, column.dataType, column.isNullable, column.hasDefaultValue].join(" ")),
  );
  return columns.sort();
}

for (const kind of ["sqlite", "postgres"] as const) {
  describe.skipIf(kind === "postgres" && folder === undefined)(`migrations on ${kind}`, () => {
    let server: TestPostgres | undefined;
    let home: string;
    let count = 0;
    let database: string | undefined;

    beforeAll(async () => {
      server = kind === "postgres" ? await startPostgres(folder!) : undefined;
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      home = mkdtempSync(join(tmpdir(), "almanac-migrate-"));
      if (!server) return;
      const name = `migrate_${count++}`;
      await execute(server.address, `create database ${name}`);
      database = server.address.replace(/postgres$/, name);
    });
    afterEach(() => rmSync(home, { recursive: true, force: true }));

    async function execute(address: string, text: string): Promise<void> {
      const client = new pg.Client({ connectionString: address });
      await client.connect();
      await client.query(text);
      await client.end();
    }

    /** A dump that version `version` of the tables made, before Kysely's Migrator kept the books. */
    async function restore(version: 1 | 3): Promise<void> {
      const dump = readFileSync(join(import.meta.dirname, "fixtures", `version-${version}.${kind}.sql`), "utf8");
      if (database !== undefined) return execute(database, dump);
      const file = new Sqlite(join(home, "almanac.db"));
      // The dump fills tables before it makes those that they refer to.
      file.pragma("foreign_keys = OFF");
      file.exec(dump);
      file.close();
    }

    const open = () => Store.open({ home, database });
    async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
      const opened = await openDatabase(database ?? join(home, "almanac.db"));
      try {
        return await work(opened.database);
      } finally {
        await opened.database.destroy();
      }
    }
    const done = (database: Database) =>
      database.selectFrom("kysely_migration").select("name").orderBy("name").execute();

    test.for([1, 3] as const)("a database of version %i is taken over with its rows", async (version) => {
      await restore(version);
      const store = await open();
      expect((await store.tenants()).map(({ tenant }) => tenant)).toEqual(["north"]);
      const north = store.forTenant("north");
      expect(await north.deployments.find()).toMatchObject([{ id: "dep_1", name: "shops", retrain: "off" }]);
      expect(await north.candidateWishes.find()).toEqual([]);
      if (version === 3) {
        expect(await north.runs.find()).toMatchObject([{ id: "run_1", text: "a: 'ü'\n", createdAt: 1767225600000 }]);
        expect(await north.events.find()).toMatchObject([{ sequence: 1, run: "run_1", body: { state: "queued" } }]);
        await north.events.insert({ run: "run_1", type: "x", time: 2, body: {} });
        expect((await north.events.find()).map(({ sequence }) => sequence)).toEqual([1, 2]);
      }
      await store.close();
    });

    test("a database that was taken over has the tables of a new one", async () => {
      await (await open()).close();
      const fresh = await withDatabase(async (database) => [await columnsOf(database), await done(database)]);
      if (database === undefined) rmSync(join(home, "almanac.db"));
      else await execute(database, "drop schema public cascade; create schema public");
      await restore(1);
      await (await open()).close();
      expect(await withDatabase(async (database) => [await columnsOf(database), await done(database)])).toEqual(fresh);
    });

    test.for(["new", "old"] as const)("several processes may open one %s database at a time", async (age) => {
      if (age === "old") await restore(1);
      expect(await openElsewhere({ home, database })).toEqual(["", "", "", ""]);
      const store = await open();
      expect(await store.tenants()).toHaveLength(age === "old" ? 1 : 0);
      await store.close();
    });

    test("a database of a newer program is refused, with what to do", async () => {
      await (await open()).close();
      await withDatabase((database) =>
        database.insertInto("kysely_migration").values({ name: "999-later", timestamp: "2030-01-01" }).execute(),
      );
      await expect(open()).rejects.toMatchObject({ message: /newer.*999-later/, fix: /Update Almanac/ });
    });

    test("a step that fails leaves nothing of itself or of the steps before it", async () => {
      await restore(1);
      await withDatabase((database) => sql`create table retrainings (in_the_way integer)`.execute(database));
      await expect(open()).rejects.toThrow(/retrainings/);
      await withDatabase(async (database) => {
        const names = (await database.introspection.getTables()).map(({ name }) => name);
        expect(names).toContain("schema_version");
        expect(names).not.toContain("candidate_wishes");
        await sql`drop table retrainings`.execute(database);
      });
      const store = await open();
      expect(await store.forTenant("north").retrainings.find()).toEqual([]);
      await store.close();
    });
  });
}
