import { parseSpan, type Span, type SpanUnit } from "../../../protocol/experiment/values.ts";
import type { Frequency, FrequencyUnit } from "../../forecasting/panel/frequency.ts";

/** Mean length of a unit in hours; a business day counts for 7/5 of a day. */
const hours: Readonly<Record<FrequencyUnit | SpanUnit, number>> = {
  second: 1 / 3600,
  minute: 1 / 60,
  hour: 1,
  day: 24,
  "business day": (24 * 7) / 5,
  week: 168,
  month: 730.5,
  quarter: 2191.5,
  year: 8766,
};

/** Steps of a horizon as the experiment writes it; undefined where it is a span and the frequency is not known yet. */
export function horizonSteps(written: number | string, frequency: Frequency | undefined): number | undefined {
  if (typeof written === "number") return written;
  const span = parseSpan(written);
  return span === undefined || frequency === undefined ? undefined : spanSteps(span, frequency);
}

/** Whole steps that a span of calendar time covers, at least one. */
function spanSteps(span: Span, frequency: Frequency): number {
  return Math.max(1, Math.round((span.amount * hours[span.unit]) / (hours[frequency.unit] * frequency.multiple)));
}
