import type { Problem } from "../../../protocol/errors.ts";
import { type Frequency, frequencyName } from "../../forecasting/panel/frequency.ts";
import type { DataRequest } from "./request.ts";
import { ZoneTable, zoneOfMidnights } from "./time-zone.ts";

const [hourMs, dayMs] = [3_600_000, 86_400_000];

const wholeDays: ReadonlySet<Frequency["unit"]> = new Set(["day", "business day", "week", "month", "quarter", "year"]);

/** How the times of a source become days: what is added to each, and the zone that outputs are written in. */
export interface DayReading {
  /** Local wall clock of an instant; undefined where times stay as they are. */
  readonly local?: (moment: number) => number;
  /** Zone of the outputs' clock times; undefined where the source names none. */
  readonly zone?: string;
  readonly warnings: readonly Problem[];
}

/** Different times that a zone is told from at most. */
const mostMoments = 5000;

/**
 * Finds out whether instants are the midnights of a zone, as UTC or as wall clock without an offset, and reads them as its days then.
 * Declared days and longer steps are counted in `data.timezone`. `instants`: the source wrote Z, an offset, or has a type with a zone.
 */
export function readDays(time: Float64Array, instants: boolean, request: DataRequest): DayReading {
  const moments = differentMoments(time);
  if (moments.length === 0) return { warnings: [] };
  const { timezone } = request;
  const coarse = request.frequency !== undefined && wholeDays.has(request.frequency.unit);
  const clocks = [...new Set(moments.map((moment) => mod(moment)))].sort((a, b) => a - b);
  if (timezone !== undefined) return inZone(time, moments, { timezone, instants, coarse, column: request.time });
  if (clocks.length === 2 && shifted(clocks)) {
    const zone = zoneOfMidnights(moments);
    if (zone !== undefined) {
      const table = tableOf(zone, time);
      return { local: (moment) => dayOf(table, moment), warnings: [localDays(request.time, zone, clocks)] };
    }
  }
  if (!instants) return { warnings: [] };
  if (clocks.length === 1) return oneClock(moments, clocks[0]!, request.time);
  const moved = clocks.length === 2 && shifted(clocks);
  return { zone: "UTC", warnings: coarse ? [daysOfUtc(request, moved ? "warning" : "information")] : [] };
}

function differentMoments(time: Float64Array): number[] {
  const stride = Math.max(1, Math.floor(time.length / 200_000));
  const found = new Set<number>();
  for (let row = 0; row < time.length && found.size < mostMoments; row += stride) {
    if (!Number.isNaN(time[row]!)) found.add(time[row]!);
  }
  return [...found].sort((a, b) => a - b);
}

function inZone(
  time: Float64Array,
  moments: readonly number[],
  { timezone, instants, coarse, column }: { timezone: string; instants: boolean; coarse: boolean; column: string },
): DayReading {
  const table = tableOf(timezone, time);
  const midnights = moments.every((moment) => table.localMidnight(moment) !== undefined);
  const offUtc = moments.some((moment) => mod(moment) !== 0);
  if (midnights && (instants || offUtc)) return { local: (moment) => dayOf(table, moment), warnings: [] };
  if (!instants) return { warnings: [withoutEffect(column)] };
  if (coarse) return { local: (moment) => moment + table.offset(moment), warnings: [] };
  return { zone: timezone, warnings: [] };
}

function tableOf(zone: string, time: Float64Array): ZoneTable {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const moment of time) {
    if (moment < first) first = moment;
    if (moment > last) last = moment;
  }
  const [from, to] = [Date.UTC(1800, 0, 1), Date.UTC(2200, 0, 1)];
  return new ZoneTable(zone, Math.max(first - dayMs, from), Math.min(last + 400 * dayMs, to));
}

/** The local midnight, or the local time where a single row has another clock. */
function dayOf(table: ZoneTable, moment: number): number {
  return table.localMidnight(moment) ?? moment + table.offset(moment);
}

/** Two clock times that summer time makes of one. */
function shifted([first, second]: readonly number[]): boolean {
  const distance = second! - first!;
  return [hourMs, hourMs / 2, dayMs - hourMs, dayMs - hourMs / 2].includes(distance);
}

/** Instants at one clock time: months that begin in the evening or the morning are a zone's, days may be. */
function oneClock(moments: readonly number[], clock: number, column: string): DayReading {
  if (clock === 0) return { zone: "UTC", warnings: [] };
  const shift = clock > dayMs / 2 ? dayMs - clock : -clock;
  const firsts = moments.length > 2 && moments.every((moment) => new Date(moment + shift).getUTCDate() === 1);
  const written = `${new Date(clock).toISOString().slice(11, 16)} UTC`;
  if (firsts) {
    const message = `The times in ${column} are first days of months at ${written}: they were read as local midnights.`;
    const warning = { severity: "warning", code: "local-days", message, fix: nameZone } as const;
    return { local: (moment) => moment + shift, warnings: [warning] };
  }
  // At noon, times stand for their day.
  const likely = clock !== 12 * hourMs;
  const message = `All times in ${column} are at ${written}, which may be midnights of a zone; days are those of UTC.`;
  const warning = { severity: "warning", code: "days-of-utc", message, fix: nameZone } as const;
  return { zone: "UTC", warnings: likely ? [warning] : [] };
}

const nameZone = "Name the zone in `data.timezone`, such as Europe/Berlin.";

function localDays(column: string, zone: string, clocks: readonly number[]): Problem {
  const written = clocks.map((clock) => new Date(clock).toISOString().slice(11, 16)).join(" and ");
  return {
    severity: "warning",
    code: "local-days",
    message: `The times in ${column} (at ${written}) are midnights of ${zone} written in UTC: they were read as its local days.`,
    fix: `Set \`data.timezone: ${zone}\` to say so, or another zone.`,
  };
}

function daysOfUtc({ time, frequency }: DataRequest, severity: Problem["severity"]): Problem {
  const unit = frequency === undefined ? "day" : frequencyName(frequency);
  return {
    severity,
    code: "days-of-utc",
    message: `The times in ${time} are instants: each ${unit} is counted in UTC.`,
    fix: nameZone,
  };
}

function withoutEffect(column: string): Problem {
  return {
    severity: "warning",
    code: "timezone-without-effect",
    message: `\`data.timezone\` has no effect: the times in ${column} have no offset, so they are local ones already.`,
    fix: "Remove `data.timezone`, or write times with Z or an offset.",
    path: ["data", "timezone"],
  };
}

function mod(value: number): number {
  return ((value % dayMs) + dayMs) % dayMs;
}
