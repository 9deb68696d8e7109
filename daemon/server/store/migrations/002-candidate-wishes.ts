import type { Database, DatabaseKind } from "../database.ts";
import { createTable } from "./create-table.ts";

/** What users want of single candidates of a run. */
export function candidateWishes(database: Database, kind: DatabaseKind): Promise<void> {
  return createTable(database, kind, "candidate_wishes", {
    columns: { run: "text", candidate: "text", wish: "text" },
    key: ["run", "candidate"],
    parent: { run: "runs" },
  });
}
