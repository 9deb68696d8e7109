import Holidays from "date-holidays";
import { addSteps, type Frequency } from "../panel/frequency.ts";
import type { HolidayCalendar } from "../panel/panel.ts";
import type { holidayParts } from "./spec.ts";

const dayMs = 86_400_000;
/** Days before and after a holiday that are told apart. */
const reach = 14;

type Part = (typeof holidayParts)[number];

/** Kinds of free days that the library tells apart and a forecast can use. */
type Kind = "public" | "school";

/** Public and school holidays of a calendar by day (days since 1970), computed year by year when first asked for. */
export class HolidayTable {
  readonly #source: Holidays;
  readonly #years = new Map<number, Readonly<Record<Kind, ReadonlySet<number>>>>();

  constructor(calendar: HolidayCalendar) {
    this.#source =
      calendar.region === undefined ? new Holidays(calendar.country) : new Holidays(calendar.country, calendar.region);
  }

  isHoliday(day: number): boolean {
    return this.#isFreeBy("public", day);
  }

  /** Whether the library has school holidays of this calendar in the years of two moments or between them. */
  hasSchoolHolidays(from: number, to: number): boolean {
    for (let year = yearOf(from); year <= yearOf(to); year++) if (this.#daysOf(year).school.size > 0) return true;
    return false;
  }

  #isFreeBy(kind: Kind, day: number): boolean {
    return this.#daysOf(yearOf(day * dayMs))[kind].has(day);
  }

  /** Value of a holiday feature for the step that starts at `time`. */
  value(part: Part, time: number, frequency: Frequency): number {
    const day = Math.floor(time / dayMs);
    switch (part) {
      case "holiday":
        return this.isHoliday(day) ? 1 : 0;
      case "days since":
        return this.#distance(day, -1);
      case "days until":
        return this.#distance(day, 1);
      case "bridge day":
        return this.#isBridge(day) ? 1 : 0;
      case "school":
        return this.#isFreeBy("school", day) ? 1 : 0;
      case "count":
        return this.#count("public", time, frequency);
      case "school count":
        return this.#count("school", time, frequency);
    }
  }

  #daysOf(year: number): Readonly<Record<Kind, ReadonlySet<number>>> {
    const found = this.#years.get(year);
    if (found !== undefined) return found;
    const days = { public: new Set<number>(), school: new Set<number>() };
    // Holidays of several days may have begun in the year before.
    for (const holiday of [...this.#source.getHolidays(year - 1), ...this.#source.getHolidays(year)]) {
      if (holiday.type !== "public" && holiday.type !== "school") continue;
      const [date] = holiday.date.split(" ");
      const first = Math.floor(Date.parse(`${date}T00:00:00Z`) / dayMs);
      const length = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / dayMs));
      for (let day = first; day < first + length; day++) days[holiday.type].add(day);
    }
    this.#years.set(year, days);
    return days;
  }

  #distance(day: number, direction: number): number {
    for (let offset = 0; offset < reach; offset++) if (this.isHoliday(day + direction * offset)) return offset;
    return reach;
  }

  #isFree(day: number): boolean {
    const weekday = new Date(day * dayMs).getUTCDay();
    return weekday === 0 || weekday === 6 || this.isHoliday(day);
  }

  /** A working day between a holiday and another free day. */
  #isBridge(day: number): boolean {
    if (this.#isFree(day)) return false;
    const beside = this.isHoliday(day - 1) || this.isHoliday(day + 1);
    return beside && this.#isFree(day - 1) && this.#isFree(day + 1);
  }

  #count(kind: Kind, time: number, frequency: Frequency): number {
    const end = Math.floor(addSteps(time, frequency, 1) / dayMs);
    let count = 0;
    for (let day = Math.floor(time / dayMs); day < end; day++) if (this.#isFreeBy(kind, day)) count++;
    return count;
  }
}

function yearOf(time: number): number {
  return new Date(time).getUTCFullYear();
}

/** Holiday features that make sense at a frequency, those of school holidays where the calendar `hasSchool` ones. */
export function holidayPartsOf({ unit }: Frequency, hasSchool: boolean): Part[] {
  if (unit === "year" || unit === "quarter") return [];
  if (unit === "week" || unit === "month") return hasSchool ? ["count", "school count"] : ["count"];
  const parts: Part[] = ["holiday", "days since", "days until", "bridge day"];
  return hasSchool ? [...parts, "school"] : parts;
}
