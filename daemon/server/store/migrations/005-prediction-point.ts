import type { Database } from "../database.ts";

/** What the metric asks for, beside the mean: absolute errors are measured at it. */
export async function predictionPoint(database: Database): Promise<void> {
  await database.schema.alterTable("predictions").addColumn("point", "real").execute();
}
