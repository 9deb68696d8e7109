import type { RunState, TaskState } from "../../../protocol/run-states.ts";

/**
 * Rows as the program sees them. Times are milliseconds since 1970-01-01 UTC, durations seconds, and the columns named in
 * `jsonColumns` hold JSON. Every row carries its tenant; primary and foreign keys include it, so that no row can point
 * into another tenant.
 */
export interface TenantRow {
  tenant: string;
  name: string;
  createdAt: number;
}

export interface ExperimentRow {
  tenant: string;
  id: string;
  name: string;
  path: string;
  text: string;
  problems: unknown[];
  watch: number;
  stale: number;
  createdAt: number;
  updatedAt: number;
}

export interface RunRow {
  tenant: string;
  id: string;
  experiment: string;
  path: string;
  text: string;
  options: Record<string, unknown>;
  state: RunState;
  /** Higher runs first. */
  priority: number;
  attempt: number;
  /** Why the run is in its state, where that needs saying: the error, or why it was tried again. */
  reason: string | null;
  /** Where a client wants the run to go: `cancel`, `pause`, or nothing. */
  wish: string | null;
  owner: string | null;
  heartbeatAt: number | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** What the run reported of itself: data fingerprint, versions, seeds, device, cost, leaderboard. */
  record: Record<string, unknown> | null;
  stale: number;
}

export interface TaskRow {
  tenant: string;
  run: string;
  candidate: string;
  fold: string;
  state: TaskState;
  attempt: number;
  reason: string | null;
  startedAt: number;
  finishedAt: number | null;
}

/** What a user wants of one candidate of a run. */
export interface CandidateWishRow {
  tenant: string;
  run: string;
  candidate: string;
  wish: "cancel" | "pause";
}

export interface EventRow {
  tenant: string;
  /** Given by the database, ascending; what Last-Event-ID names. */
  sequence: number;
  run: string | null;
  type: string;
  time: number;
  body: Record<string, unknown>;
}

export interface DatasetRow {
  tenant: string;
  id: string;
  name: string;
  fingerprint: string;
  sources: string[];
  rows: number;
  series: number;
  profile: Record<string, unknown> | null;
  createdAt: number;
  updatedAt: number;
}

export interface ArtifactRow {
  tenant: string;
  /** What the artifact belongs to: a run's or a deployment version's identifier. */
  owner: string;
  name: string;
  digest: string;
  size: number;
  mediaType: string;
  createdAt: number;
}

export interface ModelRow {
  tenant: string;
  id: string;
  run: string;
  model: string;
  metric: string | null;
  score: number | null;
  directory: string;
  createdAt: number;
}

export interface DeploymentRow {
  tenant: string;
  id: string;
  name: string;
  retrain: Retrain;
  createdAt: number;
  updatedAt: number;
}

/** What follows when a deployment drifts: nothing, a new version that awaits approval, or one that goes live. */
export type Retrain = "off" | "pending" | "approved";

/** A run that was started to make the next version of a deployment. */
export interface RetrainingRow {
  tenant: string;
  run: string;
  deployment: string;
  /** What had drifted. */
  reason: string;
  createdAt: number;
}

/** A covariate as a prediction was asked with it. */
export interface CovariateValueRow {
  tenant: string;
  deployment: string;
  name: string;
  /** Key values of the series joined by U+001F. */
  series: string;
  time: number;
  value: number;
  receivedAt: number;
}

export type Approval = "pending" | "approved" | "rejected";

export interface DeploymentVersionRow {
  tenant: string;
  id: string;
  deployment: string;
  version: number;
  run: string | null;
  model: string;
  directory: string;
  approval: Approval;
  note: string | null;
  createdAt: number;
}

export interface DeploymentAliasRow {
  tenant: string;
  deployment: string;
  alias: string;
  version: number;
  /** Version the alias named before, for rollback. */
  previous: number | null;
  updatedAt: number;
}

export interface PredictionRow {
  tenant: string;
  id: string;
  deployment: string;
  version: number;
  /** Key values of the series joined by U+001F. */
  series: string;
  origin: number;
  time: number;
  mean: number;
  /** What the metric asks for; null in rows of earlier versions, whose mean it was. */
  point: number | null;
  quantiles: Record<string, number>;
  createdAt: number;
}

export interface ActualRow {
  tenant: string;
  deployment: string;
  series: string;
  time: number;
  value: number;
  receivedAt: number;
}

export interface ScheduleRow {
  tenant: string;
  id: string;
  name: string;
  cron: string;
  timezone: string;
  experiment: string;
  enabled: number;
  onlyIfChanged: number;
  missed: "run-once" | "skip";
  /** Data fingerprint of the last run it started. */
  fingerprint: string | null;
  lastAt: number | null;
  nextAt: number | null;
  createdAt: number;
  updatedAt: number;
}

export interface WebhookRow {
  tenant: string;
  id: string;
  url: string;
  secret: string;
  types: string[];
  allowPrivate: number;
  enabled: number;
  createdAt: number;
  updatedAt: number;
}

export type DeliveryState = "waiting" | "delivered" | "dead";

export interface WebhookDeliveryRow {
  tenant: string;
  id: string;
  webhook: string;
  type: string;
  body: Record<string, unknown>;
  state: DeliveryState;
  attempts: number;
  nextAt: number;
  status: number | null;
  reason: string | null;
  createdAt: number;
}

export interface RemoteRow {
  tenant: string;
  id: string;
  name: string;
  url: string;
  token: string;
  region: string | null;
  createdAt: number;
}

export interface IdempotencyKeyRow {
  tenant: string;
  key: string;
  /** SHA-256 of method, path and body: the same key with another request is refused. */
  request: string;
  status: number | null;
  response: unknown;
  createdAt: number;
}

export interface SettingRow {
  tenant: string;
  name: string;
  value: unknown;
}

export interface Tables {
  tenants: TenantRow;
  experiments: ExperimentRow;
  runs: RunRow;
  tasks: TaskRow;
  candidateWishes: CandidateWishRow;
  events: EventRow;
  datasets: DatasetRow;
  artifacts: ArtifactRow;
  models: ModelRow;
  deployments: DeploymentRow;
  deploymentVersions: DeploymentVersionRow;
  retrainings: RetrainingRow;
  covariateValues: CovariateValueRow;
  deploymentAliases: DeploymentAliasRow;
  predictions: PredictionRow;
  actuals: ActualRow;
  schedules: ScheduleRow;
  webhooks: WebhookRow;
  webhookDeliveries: WebhookDeliveryRow;
  remotes: RemoteRow;
  idempotencyKeys: IdempotencyKeyRow;
  settings: SettingRow;
}

export type TableName = keyof Tables;

/** Columns that are stored as JSON text. */
export const jsonColumns: { readonly [T in TableName]: readonly (keyof Tables[T] & string)[] } = {
  tenants: [],
  experiments: ["problems"],
  runs: ["options", "record"],
  tasks: [],
  candidateWishes: [],
  events: ["body"],
  datasets: ["sources", "profile"],
  artifacts: [],
  models: [],
  deployments: [],
  deploymentVersions: [],
  retrainings: [],
  covariateValues: [],
  deploymentAliases: [],
  predictions: ["quantiles"],
  actuals: [],
  schedules: [],
  webhooks: ["types"],
  webhookDeliveries: ["body"],
  remotes: [],
  idempotencyKeys: ["response"],
  settings: ["value"],
};

export const tableNames = Object.keys(jsonColumns) as TableName[];
