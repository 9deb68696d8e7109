import { readFile } from "node:fs/promises";
import { Cron } from "croner";
import { SetupError } from "../../../protocol/errors.ts";
import type { Store, TenantStore } from "../store/store.ts";
import type { ExperimentRow, ScheduleRow } from "../store/tables.ts";
import { dataFingerprint } from "./data-fingerprint.ts";
import type { ExperimentFiles } from "./experiment-files.ts";

export interface SchedulerOptions {
  readonly store: Store;
  readonly files: ExperimentFiles;
  /** Starts a run of an experiment. */
  readonly submit: (store: TenantStore, experiment: ExperimentRow) => Promise<void>;
  readonly report?: (message: string, details: Record<string, unknown>) => void;
  /** Wall clock in milliseconds. */
  readonly now?: () => number;
}

/** Looks at the clock at least so often, so that neither sleep nor a jump of the clock is slept through. */
const LONGEST_WAIT = 30_000;
/** Later than this and a time counts as missed. */
const MISSED = 60_000;
const SET_BACK = 3_600_000;

/** When a schedule is due after `from`, in milliseconds; null where never. Throws a SetupError where it cannot be read. */
export function nextTime(cron: string, timezone: string, from: number): number | null {
  try {
    return new Cron(cron, { timezone, paused: true }).nextRun(new Date(from))?.getTime() ?? null;
  } catch (cause) {
    throw new SetupError(`"${cron}" in ${timezone} is no time that comes again.`, {
      fix: 'Five fields, minute to weekday, such as "0 6 * * 1-5", and a zone such as Europe/Berlin.',
      cause,
    });
  }
}

/**
 * Starts runs by the clock. A schedule's next time is a row: a time that passed while the daemon was not running is made
 * up for once or skipped, as the schedule says, and a clock that is set back fires nothing twice.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Looks at once which schedules are due: at start, and after one was changed. */
  wake(): Promise<void> {
    this.#working = this.#working
      .then(() => this.#runDue())
      .catch((error: unknown) => this.#options.report?.("Schedules could not be read.", { error: String(error) }));
    return this.#working;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  async #runDue(): Promise<void> {
    let soonest = Number.POSITIVE_INFINITY;
    let any = false;
    for (const store of await this.#options.store.tenants()) {
      for (const schedule of await store.schedules.find({ enabled: 1 })) {
        any = true;
        soonest = Math.min(soonest, (await this.#visit(store, schedule)) ?? Number.POSITIVE_INFINITY);
      }
    }
    clearTimeout(this.#timer);
    if (any && !this.#closed) {
      const wait = Math.min(Math.max(soonest - this.#now(), 0) + 1, LONGEST_WAIT);
      this.#timer = setTimeout(() => void this.wake(), wait);
      this.#timer.unref();
    }
  }

  /** Runs a schedule where it is due; returns when it is due next. */
  async #visit(store: TenantStore, schedule: ScheduleRow): Promise<number | null> {
    const now = this.#now();
    // A clock that has been set back by more than this was wrong before: the next time is found anew, and nothing fires.
    const wasWrong = (schedule.lastAt ?? 0) > now + SET_BACK;
    if (schedule.nextAt !== null && schedule.nextAt > now && !wasWrong) {
      return schedule.nextAt;
    }
    const { id, nextAt: row, updatedAt } = schedule;
    const due = wasWrong ? null : row;
    const nextAt = nextTime(schedule.cron, schedule.timezone, now);
    // Compare-and-set: of two daemons on one database, one fires.
    const lastAt = wasWrong || due !== null ? { lastAt: now } : {};
    if ((await store.schedules.update({ id, nextAt: row, updatedAt }, { nextAt, ...lastAt })) === 0) {
      return nextAt;
    }
    if (due !== null && !(schedule.missed === "skip" && now - due > MISSED)) {
      await this.#fire(store, schedule).catch((error: unknown) =>
        this.#options.report?.("A scheduled run could not be started.", {
          schedule: schedule.name,
          error: String(error),
        }),
      );
    }
    return nextAt;
  }

  async #fire(store: TenantStore, schedule: ScheduleRow): Promise<void> {
    const experiment = await store.experiments.get({ id: schedule.experiment });
    if (!experiment) return;
    const text = await readFile(experiment.path, "utf8");
    const files = await this.#options.files.of(store, experiment.path, text);
    const fingerprint = await dataFingerprint(text, files);
    if (schedule.onlyIfChanged === 1 && schedule.fingerprint === fingerprint) return;
    await this.#options.submit(store, experiment);
    await store.schedules.update({ id: schedule.id }, { fingerprint });
  }
}
