import { sql } from "kysely";
import { SetupError } from "../../../protocol/errors.ts";
import type { Database, DatabaseKind, OpenDatabase } from "./database.ts";
import { initial } from "./migrations/001-initial.ts";
import { candidateWishes } from "./migrations/002-candidate-wishes.ts";
import { retraining } from "./migrations/003-retraining.ts";

type Migration = (database: Database, kind: DatabaseKind) => Promise<void>;

/** In order; a number once released never changes its meaning. */
const migrations: readonly (readonly [number, Migration])[] = [
  [1, initial],
  [2, candidateWishes],
  [3, retraining],
];

/**
 * Brings the database to the newest version, each step in a transaction of its own. Several daemons may start on one
 * PostgreSQL at a time: an advisory lock lets one through. Throws where the database is newer than this program.
 */
export async function migrate({ database, kind }: OpenDatabase): Promise<void> {
  if ((await versionOf(database)) === migrations.at(-1)![0]) {
    return;
  }
  await database.transaction().execute(async (transaction) => {
    if (kind === "postgres") {
      await sql`select pg_advisory_xact_lock(71126403)`.execute(transaction);
    }
    await sql`create table if not exists schema_version (version integer not null primary key)`.execute(transaction);
    const current = await versionOf(transaction);
    if (current > migrations.at(-1)![0]) {
      throw new SetupError(`The database is of version ${current}, newer than this program knows.`, {
        fix: "Update Almanac, or point it at another data folder (ALMANAC_HOME).",
      });
    }
    for (const [version, step] of migrations.filter(([version]) => version > current)) {
      await step(transaction, kind);
      await sql`insert into schema_version (version) values (${version})`.execute(transaction);
    }
  });
}

async function versionOf(database: Database): Promise<number> {
  const tables = await database.introspection.getTables();
  if (!tables.some((table) => table.name === "schema_version" || table.name === "schemaVersion")) {
    return 0;
  }
  const found = await sql<{ version: number | null }>`select max(version) as version from schema_version`.execute(
    database,
  );
  return Number(found.rows[0]?.version ?? 0);
}
