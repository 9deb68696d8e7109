import { sql } from "kysely";
import type { Database } from "../database.ts";

const table = "schema_version";

/**
 * The number of the last step that was done before Kysely's Migrator kept the books, which was at most 3; 0 for databases
 * that it has kept from the start.
 */
export async function schemaVersion(database: Database): Promise<number> {
  const tables = await database.introspection.getTables();
  if (!tables.some(({ name }) => name === table)) return 0;
  const found = await sql<{ version: number | null }>`select max(version) as version from ${sql.table(table)}`.execute(
    database,
  );
  return Number(found.rows[0]?.version ?? 0);
}

/** Drops the earlier bookkeeping: Kysely's has taken it over by now. */
export async function dropSchemaVersion(database: Database): Promise<void> {
  await database.schema.dropTable(table).ifExists().execute();
}
