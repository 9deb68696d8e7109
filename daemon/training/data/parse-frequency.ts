import { type Frequency, type FrequencyUnit, fixedUnitMs, frequencyUnits } from "../../forecasting/panel/frequency.ts";

const synonyms: Readonly<Record<string, FrequencyUnit>> = {
  s: "second",
  sec: "second",
  min: "minute",
  h: "hour",
  hr: "hour",
  hourly: "hour",
  d: "day",
  daily: "day",
  weekday: "business day",
  w: "week",
  weekly: "week",
  monthly: "month",
  quarterly: "quarter",
  y: "year",
  yearly: "year",
  annual: "year",
};

/** Reads `day`, `15 minutes`, `business days`, `quarterly` … ; undefined where the text is none of these. */
export function parseFrequency(text: string): Frequency | undefined {
  const match = /^\s*(\d+)?\s*([a-z][a-z ]*?)\s*$/i.exec(text);
  if (match === null) return undefined;
  const word = match[2]!.toLowerCase().replace(/\s+/g, " ");
  const unit = unitOf(word) ?? unitOf(word.replace(/s$/, ""));
  const multiple = match[1] === undefined ? 1 : Number(match[1]);
  return unit === undefined || multiple < 1 || !Number.isSafeInteger(multiple) ? undefined : { unit, multiple };
}

function unitOf(word: string): FrequencyUnit | undefined {
  return frequencyUnits.find((unit) => unit === word) ?? (Object.hasOwn(synonyms, word) ? synonyms[word] : undefined);
}

const monthsIn: Partial<Record<FrequencyUnit, number>> = { month: 1, quarter: 3, year: 12 };
const businessDaysIn: Partial<Record<FrequencyUnit, number>> = { "business day": 1, week: 5 };

/** How many steps of `frequency` the duration `span` has, such as 28 for 4 weeks of days; undefined where not whole. */
export function stepsIn(span: Frequency, frequency: Frequency): number | undefined {
  for (const lengths of [fixedUnitMs, monthsIn, businessDaysIn]) {
    const whole = lengths[span.unit];
    const step = lengths[frequency.unit];
    if (whole === undefined || step === undefined) continue;
    const steps = (whole * span.multiple) / (step * frequency.multiple);
    return Number.isInteger(steps) ? steps : undefined;
  }
  return undefined;
}
