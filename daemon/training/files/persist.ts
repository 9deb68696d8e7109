import { setTimeout as wait } from "node:timers/promises";
import { DataError } from "../../../protocol/errors.ts";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/** What the system, SQLite, PostgreSQL (53100) and the reading process call a disk without room. */
const fullCodes = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL", "53100", "disk-full"]);

/** Whether an error, or what caused it, says that the disk or the database's share of it is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return (typeof code === "string" && fullCodes.has(code)) || (cause !== undefined && isDiskFull(cause));
}

/** A full disk, worded for the user. */
export function diskFull(cause: unknown): DataError {
  return new DataError("The disk is full.", { code: "disk-full", fix: "Free some space and run again.", cause });
}

/** Waits some milliseconds; ends early, without an error, when the signal aborts. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** What a write does while the disk is full. */
export interface Patience {
  readonly signal: AbortSignal;
  /** Called each time the disk is found to be full. */
  readonly onFull: () => void;
  /** Waits before the next attempt. */
  readonly pause: Pause;
}

/**
 * Does a write, waiting for room as long as the disk is full, so that what happened is recorded late rather than never.
 * Rejects with every other error, and with this one when `signal` aborts.
 */
export async function persist<T>(write: () => Promise<T>, { signal, onFull, pause }: Patience): Promise<T> {
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
    try {
      return await write();
    } catch (error) {
      if (!isDiskFull(error) || signal.aborted) {
        throw error;
      }
      onFull();
      await pause(delay, signal);
    }
  }
}

/** Waits by the clock. */
export const pause: Pause = async (milliseconds, signal) => {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
};
