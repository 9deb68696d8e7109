import Holidays from "date-holidays";
import { addSteps, type Frequency } from "../data/frequency.ts";
import type { HolidayCalendar } from "../data/panel.ts";
import type { holidayParts } from "./spec.ts";

const dayMs = 86_400_000;
/** Days before and after a holiday that are told apart. */
const reach = 14;

type Part = (typeof holidayParts)[number];

/** Public holidays of a calendar by day (days since 1970), computed year by year when first asked for. */
export class HolidayTable {
  private readonly source: Holidays;
  private readonly years = new Map<number, ReadonlySet<number>>();

  constructor(calendar: HolidayCalendar) {
    this.source =
      calendar.region === undefined ? new Holidays(calendar.country) : new Holidays(calendar.country, calendar.region);
  }

  isHoliday(day: number): boolean {
    const year = new Date(day * dayMs).getUTCFullYear();
    let days = this.years.get(year);
    if (days === undefined) {
      days = this.daysOf(year);
      this.years.set(year, days);
    }
    return days.has(day);
  }

  /** Value of a holiday feature for the step that starts at `time`. */
  value(part: Part, time: number, frequency: Frequency): number {
    const day = Math.floor(time / dayMs);
    switch (part) {
      case "holiday":
        return this.isHoliday(day) ? 1 : 0;
      case "days since":
        return this.distance(day, -1);
      case "days until":
        return this.distance(day, 1);
      case "bridge day":
        return this.isBridge(day) ? 1 : 0;
      case "count":
        return this.count(time, frequency);
    }
  }

  private daysOf(year: number): ReadonlySet<number> {
    const days = new Set<number>();
    for (const holiday of this.source.getHolidays(year)) {
      if (holiday.type !== "public") continue;
      const [date] = holiday.date.split(" ");
      days.add(Math.floor(Date.parse(`${date}T00:00:00Z`) / dayMs));
    }
    return days;
  }

  private distance(day: number, direction: number): number {
    for (let offset = 0; offset < reach; offset++) if (this.isHoliday(day + direction * offset)) return offset;
    return reach;
  }

  private isFree(day: number): boolean {
    const weekday = new Date(day * dayMs).getUTCDay();
    return weekday === 0 || weekday === 6 || this.isHoliday(day);
  }

  /** A working day between a holiday and another free day. */
  private isBridge(day: number): boolean {
    if (this.isFree(day)) return false;
    const beside = this.isHoliday(day - 1) || this.isHoliday(day + 1);
    return beside && this.isFree(day - 1) && this.isFree(day + 1);
  }

  private count(time: number, frequency: Frequency): number {
    const end = Math.floor(addSteps(time, frequency, 1) / dayMs);
    let count = 0;
    for (let day = Math.floor(time / dayMs); day < end; day++) if (this.isHoliday(day)) count++;
    return count;
  }
}

/** Holiday features that make sense at a frequency. */
export function holidayPartsOf({ unit }: Frequency): Part[] {
  if (unit === "year" || unit === "quarter") return [];
  return unit === "week" || unit === "month" ? ["count"] : ["holiday", "days since", "days until", "bridge day"];
}
