import { accessSync, constants, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Server } from "node:http";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Express } from "express";
import { ConflictError, SetupError } from "../../protocol/errors.ts";
import { writeAtomically } from "../training/files/atomic-file.ts";
import type { Pause } from "../training/files/persist.ts";
import { startTracing, stopTracing } from "../training/telemetry/tracing.ts";
import { version } from "../training/telemetry/version.ts";
import { shareOfMachine } from "../training/workers/processes/heap-limit.ts";
import { Access, newToken } from "./access/access.ts";
import { buildApp } from "./api/app.ts";
import { Leases } from "./api/leases.ts";
import type { Metrics } from "./api/metrics.ts";
import type { Services } from "./api/services.ts";
import { ExperimentFiles } from "./deployments/experiment-files.ts";
import { Predictor } from "./deployments/predictor.ts";
import { DriftWatch, deployRetrained } from "./deployments/retraining.ts";
import { Scheduler } from "./deployments/scheduler.ts";
import { DeploymentService } from "./deployments/service.ts";
import { ExperimentWatcher } from "./deployments/watcher.ts";
import { WebhookSender } from "./deployments/webhooks.ts";
import { WhatIf } from "./deployments/what-if.ts";
import { executorOf } from "./executor.ts";
import { EventLog } from "./queue/event-log.ts";
import { RunQueue } from "./queue/queue.ts";
import { registerOutputs } from "./queue/register-outputs.ts";
import { RunProcessPool } from "./queue/run-process-pool.ts";
import { submitRun } from "./queue/submit.ts";
import { type DaemonFile, readDaemonFile } from "./service/daemon-file.ts";
import { Housekeeping } from "./service/housekeeping.ts";
import { endpointOf, hostsOf, type ListenOptions, listen, readTokens } from "./service/listen.ts";
import { DaemonLock } from "./service/lock.ts";
import { type Report, reporter } from "./service/report.ts";
import { localTenant, Store, type TenantStore } from "./store/store.ts";
import type { ExperimentRow } from "./store/tables.ts";

export interface ServeOptions extends ListenOptions {
  /** Data folder. */
  readonly home: string;
  /** `postgres://…`; SQLite in the data folder when left out. */
  readonly database?: string | undefined;
  /** Where this daemon stands, such as `eu`: experiments that may not leave another region are refused. */
  readonly region?: string | undefined;
  /** Runs at once. */
  readonly concurrency?: number | undefined;
  /** Seconds without lease, run, schedule or request after which the daemon ends; undefined: never. */
  readonly idleExit?: number | undefined;
  /** Program of the run processes and of the prediction processes; the product's own when left out. */
  readonly runProcess?: URL;
  readonly predictionProcess?: URL;
  /** Hears what the daemon does and what goes wrong; written to the log in the data folder when left out. */
  readonly report?: Report;
  /** Waits for room on a full disk before the next attempt; by the clock if left out. */
  readonly pause?: Pause;
}

/** A daemon that answers. */
export interface Daemon extends DaemonFile {
  readonly token: string;
  /** Resolves once the daemon has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
  /** Stops gracefully: no new requests, running runs are queued again, everything is written. */
  stop(): Promise<void>;
}

/** Another daemon serves the data folder already. */
export class AlreadyServedError extends ConflictError {
  readonly running: DaemonFile | undefined;

  constructor(home: string, running: DaemonFile | undefined) {
    super(`Another daemon serves ${home}.`, { fix: "Use that one, or name another data folder with --home." });
    this.running = running;
  }
}

/** How long a daemon that is just starting is waited for, in milliseconds. */
const STARTING = 5_000;

/** What the daemon that holds the lock says of itself, once it answers. */
async function runningDaemon(home: string): Promise<DaemonFile | undefined> {
  const until = performance.now() + STARTING;
  for (;;) {
    const file = readDaemonFile(home);
    if (file || performance.now() > until) return file;
    await wait(50);
  }
}

/**
 * Starts the daemon of a data folder and resolves once it answers. Rejects with an AlreadyServedError where one serves it
 * already, with a SetupError where it would be unsafe or impossible to listen as asked.
 */
export async function serve(options: ServeOptions): Promise<Daemon> {
  const endpoint = endpointOf(options);
  const configured = readTokens(options.tokens);
  const { home } = options;
  makeFolder(home);
  const lock = DaemonLock.take(home);
  if (!lock) {
    throw new AlreadyServedError(home, await runningDaemon(home));
  }
  const report = options.report ?? reporter(join(home, "logs", "daemon.log"));
  try {
    const store = await Store.open({ home, database: options.database });
    for (const tenant of new Set([localTenant, ...configured.map(({ tenant }) => tenant)]))
      await store.createTenant(tenant);
    const parts = assemble(store, options, report);
    const token = newToken();
    const tokenFile = join(home, "token");
    await writeAtomically(tokenFile, token);
    let stop = (): Promise<void> => Promise.resolve();
    let url = "";
    const services: Services = {
      ...parts,
      version,
      region: options.region ?? null,
      url: () => options.publicUrl ?? url,
      access: new Access([{ tenant: localTenant, token }, ...configured]),
      stop: () => void stop(),
    };
    let hosts: ReadonlySet<string> = new Set();
    const onError = (error: unknown) => report("A request failed.", { error: errorText(error) });
    const app: Express = buildApp(services, {
      hosts: () => hosts,
      proxies: options.behindProxy ? 1 : 0,
      report: onError,
    });
    const housekeeping = new Housekeeping({
      services,
      idleExit: options.idleExit,
      report,
      shared: options.database !== undefined,
    });
    const { server, port } = await listen(
      (request, response) => {
        housekeeping.touch();
        app(request, response);
      },
      endpoint,
      options,
    );
    hosts = hostsOf(endpoint, port, options.publicUrl);
    url = `${options.tlsCert === undefined ? "http" : "https"}://${endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host}:${port}`;
    const stopped = Promise.withResolvers<void>();
    stop = once(async () => {
      housekeeping.close();
      await closeAll(server, parts);
      await rm(tokenFile, { force: true });
      lock.release();
      stopped.resolve();
    });
    const file: DaemonFile = { url: services.url(), tokenFile, pid: process.pid, version };
    await lock.announce(file);
    const untraced = await startTracing(process.env);
    if (untraced) report(untraced, {});
    await parts.queue.start();
    await parts.webhooks.start();
    void parts.scheduler.wake();
    void parts.watcher.refresh();
    housekeeping.start();
    report("The daemon answers.", { url, pid: process.pid });
    return { ...file, token, stopped: stopped.promise, stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function makeFolder(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    accessSync(home, constants.W_OK);
  } catch (cause) {
    const fix = "Name another with --home or ALMANAC_HOME.";
    throw new SetupError(`The data folder ${home} cannot be written: ${(cause as Error).message}.`, { fix, cause });
  }
}

type Parts = Omit<Services, "version" | "region" | "url" | "access" | "stop"> & {
  readonly pool: RunProcessPool;
  readonly predictor: Predictor;
};

function assemble(store: Store, options: ServeOptions, report: Report): Parts {
  const cores = availableParallelism();
  const concurrency = options.concurrency ?? Math.max(1, Math.floor(cores / 4));
  const log = new EventLog({ shared: options.database !== undefined });
  const pool = new RunProcessPool({ memoryMiB: shareOfMachine(concurrency), entry: options.runProcess });
  const processes = Math.max(1, Math.floor(cores / 2));
  const predictor = new Predictor({ entry: options.predictionProcess, processes });
  const deployments = new DeploymentService(predictor);
  const queue = new RunQueue({
    store,
    log,
    concurrency,
    report,
    pause: options.pause,
    onFinished: registerOutputs,
    onEnded: (tenant) => deployRetrained(deployments, tenant),
    workers: Math.max(1, Math.floor(cores / concurrency)),
    shared: options.database !== undefined,
    owner: `${hostname()} ${store.home}`,
    execute: executorOf({ pool, region: options.region ?? null }),
  });
  const submit = async (tenant: TenantStore, { path }: ExperimentRow): Promise<void> => {
    await submitRun({ store: tenant, log, queue }, { path, options: {}, priority: 0 });
  };
  const files = new ExperimentFiles();
  const scheduler = new Scheduler({ store, files, report, submit });
  const watcher = new ExperimentWatcher({ store, log, files, report, submit });
  const webhooks = new WebhookSender({ store, log, report });
  let metrics: Promise<Metrics> | undefined;
  return {
    store,
    log,
    queue,
    pool,
    predictor,
    scheduler,
    watcher,
    files,
    webhooks,
    leases: new Leases(),
    deployments,
    driftWatch: new DriftWatch({ log, queue, report }),
    whatIf: new WhatIf(),
    metrics: () => {
      metrics ??= import("./api/metrics.ts").then((module) => new module.Metrics(store, queue));
      return metrics;
    },
  };
}

/** Requests under way get this long to end, in milliseconds; event streams never would. */
const DRAIN = 1_500;

async function closeAll(server: Server, parts: Parts): Promise<void> {
  const { queue, pool, predictor, whatIf, scheduler, watcher, files, webhooks, store } = parts;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await scheduler.close();
  await watcher.close();
  files.close();
  await queue.close();
  const drained = setTimeout(() => server.closeAllConnections(), DRAIN);
  await closed;
  clearTimeout(drained);
  await webhooks.close();
  await stopTracing();
  pool.close();
  predictor.close();
  whatIf.close();
  await store.close();
}

function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= act();
    return running;
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
