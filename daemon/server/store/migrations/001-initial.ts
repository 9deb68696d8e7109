import { sql } from "kysely";
import type { Database, DatabaseKind } from "../database.ts";
import { createTable, type TableShape } from "./create-table.ts";

const made = { created_at: "integer" } as const;
const changed = { created_at: "integer", updated_at: "integer" } as const;

const shapes: Readonly<Record<string, TableShape>> = {
  tenants: { columns: { name: "text", ...made }, key: [] },
  experiments: {
    columns: {
      id: "text",
      name: "text",
      path: "text",
      text: "text",
      problems: "text",
      watch: "integer",
      stale: "integer",
      ...changed,
    },
    key: ["id"],
    unique: [["path"]],
  },
  runs: {
    columns: {
      id: "text",
      experiment: "text",
      path: "text",
      text: "text",
      options: "text",
      state: "text",
      priority: "integer",
      attempt: "integer",
      reason: "text?",
      wish: "text?",
      owner: "text?",
      heartbeat_at: "integer?",
      created_at: "integer",
      started_at: "integer?",
      finished_at: "integer?",
      record: "text?",
      stale: "integer",
    },
    key: ["id"],
    index: [["state", "priority", "id"]],
  },
  tasks: {
    columns: {
      run: "text",
      candidate: "text",
      fold: "text",
      state: "text",
      attempt: "integer",
      reason: "text?",
      started_at: "integer",
      finished_at: "integer?",
    },
    key: ["run", "candidate", "fold"],
    parent: { run: "runs" },
  },
  datasets: {
    columns: {
      id: "text",
      name: "text",
      fingerprint: "text",
      sources: "text",
      rows: "integer",
      series: "integer",
      profile: "text?",
      ...changed,
    },
    key: ["id"],
    unique: [["name", "fingerprint"]],
  },
  artifacts: {
    columns: { owner: "text", name: "text", digest: "text", size: "integer", media_type: "text", ...made },
    key: ["owner", "name"],
    index: [["digest"]],
  },
  models: {
    columns: {
      id: "text",
      run: "text",
      model: "text",
      metric: "text?",
      score: "real?",
      directory: "text",
      ...made,
    },
    key: ["id"],
    index: [["run"]],
    parent: { run: "runs" },
  },
  deployments: { columns: { id: "text", name: "text", ...changed }, key: ["id"], unique: [["name"]] },
  deployment_versions: {
    columns: {
      id: "text",
      deployment: "text",
      version: "integer",
      run: "text?",
      model: "text",
      directory: "text",
      approval: "text",
      note: "text?",
      ...made,
    },
    key: ["id"],
    unique: [["deployment", "version"]],
    parent: { deployment: "deployments" },
  },
  deployment_aliases: {
    columns: { deployment: "text", alias: "text", version: "integer", previous: "integer?", updated_at: "integer" },
    key: ["deployment", "alias"],
    parent: { deployment: "deployments" },
  },
  predictions: {
    columns: {
      id: "text",
      deployment: "text",
      version: "integer",
      series: "text",
      origin: "integer",
      time: "integer",
      mean: "real",
      quantiles: "text",
      ...made,
    },
    key: ["id"],
    index: [["deployment", "time"]],
    parent: { deployment: "deployments" },
  },
  actuals: {
    columns: { deployment: "text", series: "text", time: "integer", value: "real", received_at: "integer" },
    key: ["deployment", "series", "time"],
    parent: { deployment: "deployments" },
  },
  schedules: {
    columns: {
      id: "text",
      name: "text",
      cron: "text",
      timezone: "text",
      experiment: "text",
      enabled: "integer",
      only_if_changed: "integer",
      missed: "text",
      fingerprint: "text?",
      last_at: "integer?",
      next_at: "integer?",
      ...changed,
    },
    key: ["id"],
    unique: [["name"]],
    parent: { experiment: "experiments" },
  },
  webhooks: {
    columns: {
      id: "text",
      url: "text",
      secret: "text",
      types: "text",
      allow_private: "integer",
      enabled: "integer",
      ...changed,
    },
    key: ["id"],
  },
  webhook_deliveries: {
    columns: {
      id: "text",
      webhook: "text",
      type: "text",
      body: "text",
      state: "text",
      attempts: "integer",
      next_at: "integer",
      status: "integer?",
      reason: "text?",
      ...made,
    },
    key: ["id"],
    index: [["state", "next_at"]],
    parent: { webhook: "webhooks" },
  },
  remotes: {
    columns: { id: "text", name: "text", url: "text", token: "text", region: "text?", ...made },
    key: ["id"],
    unique: [["name"]],
  },
  idempotency_keys: {
    columns: { key: "text", request: "text", status: "integer?", response: "text?", ...made },
    key: ["key"],
  },
  settings: { columns: { name: "text", value: "text" }, key: ["name"] },
};

/** Events alone are numbered by the database, across tenants, so that one number says how far a listener has read. */
async function createEvents(database: Database, kind: DatabaseKind): Promise<void> {
  const number = kind === "sqlite" ? sql`integer primary key autoincrement` : sql`bigserial primary key`;
  const time = kind === "sqlite" ? sql`integer` : sql`bigint`;
  await sql`create table events (
    sequence ${number}, tenant text not null, run text, type text not null, time ${time} not null, body text not null,
    foreign key (tenant) references tenants (tenant) on delete cascade,
    foreign key (tenant, run) references runs (tenant, id) on delete cascade
  ) ${kind === "sqlite" ? sql`strict` : sql``}`.execute(database);
  await database.schema.createIndex("events_run").on("events").columns(["tenant", "run", "sequence"]).execute();
}

/** Makes every table of the first release. */
export async function initial(database: Database, kind: DatabaseKind): Promise<void> {
  for (const [name, shape] of Object.entries(shapes)) {
    await createTable(database, kind, name, shape);
  }
  await createEvents(database, kind);
}
