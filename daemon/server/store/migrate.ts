import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { SetupError } from "../../../protocol/errors.ts";
import type { Database, DatabaseKind, OpenDatabase } from "./database.ts";
import { initial } from "./migrations/001-initial.ts";
import { candidateWishes } from "./migrations/002-candidate-wishes.ts";
import { retraining } from "./migrations/003-retraining.ts";
import { dropSchemaVersion, schemaVersion } from "./migrations/004-drop-schema-version.ts";
import { predictionPoint } from "./migrations/005-prediction-point.ts";

type Step = (database: Database, kind: DatabaseKind) => Promise<void>;

/** Steps by name, in alphabetical order. A name once released never changes its meaning. */
const steps: Readonly<Record<string, Step>> = {
  "001-initial": initial,
  "002-candidate-wishes": candidateWishes,
  "003-retraining": retraining,
  "004-drop-schema-version": dropSchemaVersion,
  "005-prediction-point": predictionPoint,
};

/**
 * Brings the database to the newest version, all steps or none. Several processes may do so at a time: a lock lets one
 * through. Throws a SetupError where the database is newer than this program.
 */
export async function migrate(open: OpenDatabase): Promise<void> {
  if (await isCurrent(open.database)) return;
  await exclusively(open, async (database) => {
    const migrations = migrationsFor(open.kind);
    const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  });
}

/** Whether all steps are done. Throws where steps are done that this program does not know. */
async function isCurrent(database: Database): Promise<boolean> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === "kysely_migration")) return false;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(database);
  const unknown = rows.map(({ name }) => name).filter((name) => !(name in steps));
  if (unknown.length > 0) {
    throw new SetupError(`The database is newer than this program, which does not know: ${unknown.join(", ")}.`, {
      fix: "Update Almanac, or point it at another data folder (ALMANAC_HOME).",
    });
  }
  return rows.length === Object.keys(steps).length;
}

/**
 * Does the work with the database locked against other processes that migrate. On PostgreSQL Kysely itself takes a lock and
 * opens a transaction. On SQLite it does neither, so the work gets a transaction that locks the file from its start.
 */
async function exclusively({ database, kind }: OpenDatabase, work: (database: Database) => Promise<void>) {
  if (kind === "postgres") return work(database);
  await database.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      await work(connection);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}

/** The steps as Kysely takes them. What a database of before Kysely's bookkeeping has behind it is not done again. */
function migrationsFor(kind: DatabaseKind): Record<string, Migration> {
  const entries = Object.entries(steps).map(([name, step], index) => {
    const up = async (database: Database): Promise<void> => {
      if (index + 1 > (await schemaVersion(database))) await step(database, kind);
    };
    return [name, { up }] as const;
  });
  return Object.fromEntries(entries);
}
