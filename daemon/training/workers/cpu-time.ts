import { readFileSync } from "node:fs";

/**
 * Processor seconds this process and its children, ended ones and those alive, have used so far; undefined where the system
 * does not say (it does on Linux). The difference of two readings is what the work between them cost.
 */
export function cpuSecondsSoFar(): number | undefined {
  try {
    const alive = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    return alive.reduce((sum, pid) => sum + (secondsOf(pid) ?? 0), secondsOf("self") ?? Number.NaN);
  } catch {
    return undefined;
  }
}

function secondsOf(pid: string): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    // utime, stime, cutime and cstime, in the hundredths of a second that Linux reports.
    return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0) / 100;
  } catch {
    return undefined;
  }
}
