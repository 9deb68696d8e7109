import { readFile, stat } from "node:fs/promises";
import { isAbsolute, normalize } from "node:path";
import { ExperimentError } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import { experimentName, parseText } from "../../training/experiment/parse-text.ts";
import { newId } from "../store/ids.ts";
import type { TenantStore } from "../store/store.ts";
import type { RunRow } from "../store/tables.ts";
import { confine } from "./confine.ts";
import type { EventLog } from "./event-log.ts";
import type { RunQueue } from "./queue.ts";

/** Largest experiment file that is read for a client, in bytes. */
const MAXIMUM_FILE = 1_000_000;

export interface Submission {
  /** Absolute path of the experiment file. */
  readonly path: string;
  /** Text to run in place of what the file holds. */
  readonly text?: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly priority: number;
}

/**
 * Reads an experiment file for a client. Only files named as experiments are opened, so that the daemon never becomes
 * a way to read others. Throws an ExperimentError.
 */
export async function readExperimentText(path: string): Promise<string> {
  if (!isAbsolute(path) || normalize(path) !== path || path.includes("\0")) {
    throw unusable(path, "experiment-path", "The path of an experiment must be absolute, without `..`.");
  }
  if (!/\.forecast\.ya?ml$/.test(path)) {
    throw unusable(path, "experiment-path", "An experiment file is named NAME.forecast.yaml.");
  }
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    throw unusable(path, "no-such-file", `There is no file ${path}.`);
  }
  if (found.size > MAXIMUM_FILE) {
    throw unusable(path, "file-too-large", `${path} is larger than a megabyte.`);
  }
  return readFile(path, "utf8");
}

/**
 * Queues a run of an experiment; where there is a run `id` already, that is the one. Throws an ExperimentError with every
 * problem where the text is not usable.
 */
export async function submitRun(
  { store, log, queue }: { store: TenantStore; log: EventLog; queue: RunQueue },
  { path, text, options, priority }: Submission,
  id = newId("run"),
): Promise<RunRow> {
  confine(store, path);
  const saved = await readExperimentText(path);
  const content = text ?? saved;
  const parsed = await parseText(content, path);
  if (!parsed.experiment) {
    throw new ExperimentError(parsed.problems);
  }
  confine(store, path, parsed.experiment);
  const row = {
    id,
    experiment: experimentName(parsed, path),
    path,
    text: text ?? "",
    options: { ...options },
    ...({ state: "queued", priority, attempt: 0, reason: null, wish: null, owner: null, heartbeatAt: null } as const),
    createdAt: Date.now(),
    startedAt: null,
    finishedAt: null,
    record: null,
    stale: 0,
  };
  if (!(await store.runs.insertNew(row, ["id"]))) return (await store.runs.get({ id }))!;
  await log.append(store, row.id, { type: "run-state", state: "queued", attempt: 0, reason: null });
  queue.wake();
  return { ...row, tenant: store.tenant };
}

function unusable(file: string, code: ProblemCode, message: string): ExperimentError {
  return new ExperimentError([{ severity: "error", code, message, fix: "Give its absolute path.", file }]);
}
