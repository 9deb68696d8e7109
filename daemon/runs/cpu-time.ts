import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Processor seconds this process and its ended children have used so far; undefined where the system does not say (it does
 * on Linux). The difference of two readings is what the work between them cost.
 */
export function cpuSecondsSoFar(): number | undefined {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)!.split(" ");
    // utime, stime, cutime and cstime, in the hundredths of a second that Linux reports.
    return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0) / 100;
  } catch {
    return undefined;
  }
}

/** Waits until the children that are just ending have ended, a second at most: only then does their time count. */
export async function childrenEnded(): Promise<void> {
  for (let look = 0; look < 40; look++) {
    try {
      if (readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim() === "") return;
    } catch {
      return;
    }
    await wait(25);
  }
}
