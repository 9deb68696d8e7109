import type { Access } from "../access/access.ts";
import type { ExperimentFiles } from "../deployments/experiment-files.ts";
import type { DriftWatch } from "../deployments/retraining.ts";
import type { Scheduler } from "../deployments/scheduler.ts";
import type { DeploymentService } from "../deployments/service.ts";
import type { ExperimentWatcher } from "../deployments/watcher.ts";
import type { WebhookSender } from "../deployments/webhooks.ts";
import type { WhatIf } from "../deployments/what-if.ts";
import type { EventLog } from "../queue/event-log.ts";
import type { RunQueue } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";
import type { Leases } from "./leases.ts";
import type { Metrics } from "./metrics.ts";

/** The parts of a daemon that routes hand requests to. */
export interface Services {
  readonly version: string;
  readonly region: string | null;
  /** Address that browsers and clients use. */
  readonly url: () => string;
  readonly store: Store;
  readonly log: EventLog;
  readonly queue: RunQueue;
  readonly access: Access;
  readonly leases: Leases;
  readonly deployments: DeploymentService;
  readonly driftWatch: DriftWatch;
  readonly whatIf: WhatIf;
  readonly scheduler: Scheduler;
  readonly webhooks: WebhookSender;
  readonly watcher: ExperimentWatcher;
  readonly files: ExperimentFiles;
  /** Metrics, made when first asked for. */
  readonly metrics: () => Promise<Metrics>;
  /** Begins a graceful stop and returns at once. */
  readonly stop: () => void;
}
