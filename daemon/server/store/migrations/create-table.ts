import { type CreateTableBuilder, sql } from "kysely";
import type { Database, DatabaseKind } from "../database.ts";

type Column = "text" | "integer" | "real" | "text?" | "integer?" | "real?";

/** Columns of a table beside the tenant; a question mark: may be null. */
export interface TableShape {
  readonly columns: Readonly<Record<string, Column>>;
  readonly key: readonly string[];
  readonly unique?: readonly (readonly string[])[];
  readonly index?: readonly (readonly string[])[];
  /** Column → table whose `id` it names within the same tenant; rows go with what they belong to. */
  readonly parent?: Readonly<Record<string, string>>;
}

const types = {
  sqlite: { text: sql`text`, integer: sql`integer`, real: sql`real` },
  postgres: { text: sql`text`, integer: sql`bigint`, real: sql`double precision` },
} as const;

const scoped = (columns: readonly string[]): string[] => ["tenant", ...columns];

/** Makes a table whose keys and references all include the tenant. */
export async function createTable(
  database: Database,
  kind: DatabaseKind,
  name: string,
  shape: TableShape,
): Promise<void> {
  let table: CreateTableBuilder<string, string> = database.schema.createTable(name);
  table = table.addColumn("tenant", "text", (column) => column.notNull());
  for (const [column, declared] of Object.entries(shape.columns)) {
    const type = types[kind][declared.replace("?", "") as "text" | "integer" | "real"];
    table = table.addColumn(column, type, (built) => (declared.endsWith("?") ? built : built.notNull()));
  }
  table = table.addPrimaryKeyConstraint(`${name}_key`, scoped(shape.key));
  for (const unique of shape.unique ?? []) {
    table = table.addUniqueConstraint(`${name}_${unique.join("_")}_unique`, scoped(unique));
  }
  if (name !== "tenants") {
    table = table.addForeignKeyConstraint(`${name}_tenant`, ["tenant"], "tenants", ["tenant"], (key) =>
      key.onDelete("cascade"),
    );
  }
  for (const [column, parent] of Object.entries(shape.parent ?? {})) {
    const constraint = `${name}_${column}_parent`;
    table = table.addForeignKeyConstraint(constraint, ["tenant", column], parent, ["tenant", "id"], (key) =>
      key.onDelete("cascade"),
    );
  }
  await (kind === "sqlite" ? table.modifyEnd(sql`strict`) : table).execute();
  for (const columns of shape.index ?? []) {
    const index = database.schema.createIndex(`${name}_${columns.join("_")}`).on(name);
    await index.columns(scoped(columns)).execute();
  }
}
