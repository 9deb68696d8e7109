import type { Database, DatabaseKind } from "../database.ts";
import { createTable } from "./create-table.ts";

/** What deployments are asked with, and what follows when that drifts. */
export async function retraining(database: Database, kind: DatabaseKind): Promise<void> {
  await database.schema
    .alterTable("deployments")
    .addColumn("retrain", "text", (column) => column.notNull().defaultTo("off"))
    .execute();
  await createTable(database, kind, "retrainings", {
    columns: { run: "text", deployment: "text", reason: "text", created_at: "integer" },
    key: ["run"],
    index: [["deployment"]],
    parent: { run: "runs", deployment: "deployments" },
  });
  await createTable(database, kind, "covariate_values", {
    columns: {
      deployment: "text",
      name: "text",
      series: "text",
      time: "integer",
      value: "real",
      received_at: "integer",
    },
    key: ["deployment", "name", "series", "time"],
    parent: { deployment: "deployments" },
  });
}
