/**
 * Months and days of the Gregorian calendar from day numbers alone: panels ask for them a row, and a `Date` each would take most of the
 * time of reading. Formulas: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (years begin in March, eras have 400 years).
 */

const daysPerEra = 146_097;

/** Days between 0000-03-01 and 1970-01-01. */
const epochShift = 719_468;

/** A day's month, counted from January of the year 0, and its day of the month from 1. `day` counts from 1970-01-01. */
export function calendarDay(day: number): { readonly month: number; readonly dayOfMonth: number } {
  const shifted = day + epochShift;
  const era = Math.floor(shifted / daysPerEra);
  const ofEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  return {
    month: (era * 400 + yearOfEra) * 12 + fromMarch + 2,
    dayOfMonth: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

/** The first day of a month, counted from 1970-01-01; `month` counts from January of the year 0. */
export function firstOfMonth(month: number): number {
  const year = Math.floor((month - 2) / 12);
  const fromMarch = month - 2 - year * 12;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const ofYear = Math.floor((153 * fromMarch + 2) / 5);
  return (
    era * daysPerEra + 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear - epochShift
  );
}
