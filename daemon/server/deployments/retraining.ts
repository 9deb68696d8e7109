import { hasEnded } from "../../../protocol/run-states.ts";
import type { EventLog } from "../queue/event-log.ts";
import type { RunQueue } from "../queue/queue.ts";
import { submitRun } from "../queue/submit.ts";
import type { TenantStore } from "../store/store.ts";
import type { DeploymentRow } from "../store/tables.ts";
import { alertDrift } from "./drift.ts";
import { type DeploymentService, liveAlias } from "./service.ts";

/** How often covariates are looked at while predictions come in, in milliseconds. */
const BETWEEN_LOOKS = 10 * 60_000;

export interface DriftWatchOptions {
  readonly log: EventLog;
  readonly queue: RunQueue;
  readonly report: (message: string, details: Record<string, unknown>) => void;
}

/** Watches what comes in for deployments: tells of drift, and trains anew where the deployment asks for it. */
export class DriftWatch {
  readonly #options: DriftWatchOptions;
  readonly #lookedAt = new Map<string, number>();

  constructor(options: DriftWatchOptions) {
    this.#options = options;
  }

  /** Predictions were asked for: looks now and then, and never keeps the caller waiting. */
  noticePrediction(store: TenantStore, deployment: DeploymentRow): void {
    const now = performance.now();
    const last = this.#lookedAt.get(deployment.id);
    this.#lookedAt.set(deployment.id, last === undefined || now - last > BETWEEN_LOOKS ? now : last);
    if (last === undefined || now - last <= BETWEEN_LOOKS) return;
    this.look(store, deployment).catch((error: unknown) =>
      this.#options.report("Drift could not be measured.", { deployment: deployment.name, error: String(error) }),
    );
  }

  /** Compares new with old, tells what has drifted and, where that is wanted, starts a run for the next version. */
  async look(store: TenantStore, deployment: DeploymentRow): Promise<void> {
    const told = await alertDrift(store, this.#options.log, deployment);
    if (told.length > 0 && deployment.retrain !== "off") await this.#retrain(store, deployment, told);
  }

  /** Runs the live version's experiment again, unless that is under way. */
  async #retrain(store: TenantStore, { id, name }: DeploymentRow, drifted: readonly string[]): Promise<void> {
    const alias = await store.deploymentAliases.get({ deployment: id, alias: liveAlias });
    const version = alias && (await store.deploymentVersions.get({ deployment: id, version: alias.version }));
    const before = version?.run ? await store.runs.get({ id: version.run }) : undefined;
    if (!before) {
      this.#options.report("A deployment drifted, but the run it came from is gone.", { deployment: name });
      return;
    }
    for (const { run } of await store.retrainings.find({ deployment: id })) {
      const known = await store.runs.get({ id: run });
      if (known && !hasEnded(known.state)) return;
    }
    const { path, options } = before;
    const run = await submitRun({ store, ...this.#options }, { path, options, priority: 0 });
    const reason = `Drift of ${drifted.join(", ")}`;
    await store.retrainings.insert({ run: run.id, deployment: id, reason, createdAt: Date.now() });
  }
}

/** Makes runs that were started for a deployment, and have finished, its next versions. Doing it twice changes nothing. */
export async function deployRetrained(service: DeploymentService, store: TenantStore): Promise<void> {
  for (const { run, deployment: id, reason } of await store.retrainings.find()) {
    const finished = await store.runs.count({ id: run, state: "finished" });
    const deployment = await store.deployments.get({ id });
    if (finished === 0 || !deployment) continue;
    if ((await store.deploymentVersions.count({ deployment: id, run })) > 0) continue;
    const note = `Trained anew. ${reason}.`;
    await service.deploy(store, { name: deployment.name, run, approve: deployment.retrain === "approved", note });
  }
}
