import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LeaderboardRow } from "../../../protocol/report.ts";
import { cpuSecondsSoFar } from "../../training/workers/cpu-time.ts";

/** What a run took; what this machine does not tell is left out. */
export interface Cost {
  /** Processor time of the run and all its workers. */
  readonly cpuSeconds?: number;
  /** Energy that the machine's processor packages drew while the run lasted, whatever else they did. */
  readonly energyJoules?: number | undefined;
}

/** Where Linux tells the energy counters of the processors (RAPL). */
const powercap = "/sys/class/powercap";

interface Counter {
  /** Energy since some moment, and where the counter starts anew, in microjoules. */
  readonly value: number;
  readonly range: number;
}

/** Energy counters of the processor packages by name; none where the system has none or keeps them to root. */
export function energyCounters(folder = powercap): ReadonlyMap<string, Counter> {
  const counters = new Map<string, Counter>();
  try {
    // `intel-rapl:0` is a package (AMD's too); `intel-rapl:0:1` a part of it, counted in it already.
    for (const name of readdirSync(folder).filter((entry) => /^intel-rapl:\d+$/.test(entry))) {
      const read = (file: string): number => Number(readFileSync(join(folder, name, file), "utf8"));
      counters.set(name, { value: read("energy_uj"), range: read("max_energy_range_uj") });
    }
    return counters;
  } catch {
    return new Map();
  }
}

/** Joules between two readings; undefined where there are no counters. A counter that started anew is followed once. */
export function joulesBetween(
  before: ReadonlyMap<string, Counter>,
  after: ReadonlyMap<string, Counter>,
): number | undefined {
  if (before.size === 0) return undefined;
  let microjoules = 0;
  for (const [name, { value, range }] of after) {
    const difference = value - (before.get(name)?.value ?? value);
    microjoules += difference < 0 ? difference + range : difference;
  }
  return microjoules / 1e6;
}

/** Begins to measure; the result, asked for once the work is done, says what it cost. */
export function startCost(): () => Cost {
  const [cpu, energy] = [cpuSecondsSoFar(), energyCounters()];
  return () => {
    const [cpuNow, joules] = [cpuSecondsSoFar(), joulesBetween(energy, energyCounters())];
    return {
      ...(cpu === undefined || cpuNow === undefined ? {} : { cpuSeconds: cpuNow - cpu }),
      energyJoules: joules,
    };
  };
}

/** Seconds that models were fitted and applied on a GPU in the backtests. */
export function gpuSeconds(rows: readonly Pick<LeaderboardRow, "device" | "fitSeconds" | "predictSeconds">[]): number {
  return rows
    .filter(({ device }) => device !== null && device !== "cpu")
    .reduce((sum, { fitSeconds, predictSeconds }) => sum + (fitSeconds ?? 0) + (predictSeconds ?? 0), 0);
}
