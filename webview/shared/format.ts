import type { ReportFrequency } from "../../protocol/report.ts";

const thinSpace = "\u202f";
const noBreak = "\u00a0";
const missing = "–";
const significant = new Map<number, Intl.NumberFormat>();

/** A number with thousands separators and `digits` significant digits; a dash where it is missing. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing;
  let format = significant.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", { maximumSignificantDigits: digits });
    significant.set(digits, format);
  }
  // Digits before the point are never rounded away: 12,345 stays 12,345.
  const text = Math.abs(value) >= 10 ** digits ? Math.round(value).toLocaleString("en") : format.format(value);
  return text.replace("-", "−");
}

/** A score with as many decimals as its neighbours in a column: three near one, as the literature prints MASE. */
export function formatScore(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing;
  const size = Math.abs(value);
  if (size < 0.01 || size >= 1000) return formatNumber(value, 4);
  return value.toFixed(size < 10 ? 3 : 2).replace("-", "−");
}

/** A share as a percentage: 0.234 is `23 %`, small shares keep a decimal. */
export function formatPercent(share: number | null | undefined, decimals?: number): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return missing;
  const percent = share * 100;
  const places = decimals ?? (Math.abs(percent) < 9.95 && !Number.isInteger(percent) ? 1 : 0);
  return `${percent.toFixed(places).replace("-", "−")}${thinSpace}%`;
}

/** A change with its sign: `+12 %`, `−3.1 %`. */
export function formatChange(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return missing;
  return `${share > 0 ? "+" : ""}${formatPercent(share)}`;
}

/** Change from `before` to `now` as a share of `before`; upwards is positive where `before` is negative too. */
export function relativeChange(now: number, before: number): number {
  return (now - before) / Math.abs(before);
}

/** Seconds for people: `0.4 s`, `12 s`, `2 min 23 s`, `1 h 05 min`; never broken over two lines. */
export function formatSeconds(seconds: number | null | undefined): string {
  return plainSeconds(seconds).replaceAll(" ", noBreak);
}

function plainSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return missing;
  if (seconds < 0.001) return "< 1 ms";
  if (seconds < 1) return `${formatNumber(seconds * 1000, 3)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return [`${Math.floor(whole / 60)} min`, whole % 60 > 0 ? `${whole % 60} s` : ""].join(" ").trim();
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A step's name at the precision its frequency has, such as `12 Mar 2024`, `Mar 2024`, `2024 Q1` or `12 Mar 2024 14:00`. */
export function formatTime(milliseconds: number, frequency: ReportFrequency): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return missing;
  const year = date.getUTCFullYear();
  const month = months[date.getUTCMonth()]!;
  if (frequency.unit === "year") return String(year);
  if (frequency.unit === "quarter") return `${year} Q${1 + Math.floor(date.getUTCMonth() / 3)}`;
  if (frequency.unit === "month") return `${month} ${year}`;
  const day = `${date.getUTCDate()} ${month} ${year}`;
  if (frequency.unit === "hour" || frequency.unit === "minute") return `${day} ${date.toISOString().slice(11, 16)}`;
  return frequency.unit === "second" ? `${day} ${date.toISOString().slice(11, 19)}` : day;
}

/** A step's name as d3 writes it, for charts: the same precision as `formatTime`. */
export function timeFormat(frequency: ReportFrequency): string {
  const { unit } = frequency;
  if (unit === "year") return "%Y";
  if (unit === "quarter" || unit === "month") return "%b %Y";
  if (unit === "hour" || unit === "minute") return "%-d %b %Y %H:%M";
  return unit === "second" ? "%-d %b %Y %H:%M:%S" : "%-d %b %Y";
}

/** `28 days`, `1 month`, `12 steps of 15 minutes`. */
export function formatSteps(count: number, frequency: ReportFrequency): string {
  const plural = (amount: number) => `${formatNumber(amount)} ${frequency.unit}${amount === 1 ? "" : "s"}`;
  return frequency.multiple === 1
    ? plural(count)
    : `${formatNumber(count)} ${count === 1 ? "step" : "steps"} of ${plural(frequency.multiple)}`;
}

/** One step in words: `day`, `15 minutes`. */
export function frequencyLabel(frequency: ReportFrequency): string {
  return frequency.multiple === 1 ? frequency.unit : `${frequency.multiple} ${frequency.unit}s`;
}

/** Readable name of a metric: `MASE`, `sMAPE`. */
export function metricName(metric: string): string {
  const names: Record<string, string> = { smape: "sMAPE", mdape: "MdAPE", nrmse: "nRMSE" };
  return names[metric] ?? metric.toUpperCase();
}

/** Metrics whose values are percentages. */
const percentMetrics = new Set(["mape", "smape", "wape", "mdape"]);

/** A metric's value as a sentence has it: `0.713`, `10.45 %`. */
export function formatMetric(metric: string, value: number | null | undefined): string {
  const text = formatScore(value);
  return percentMetrics.has(metric) && text !== missing ? `${text}${thinSpace}%` : text;
}

/** A metric's name with its unit, for axes and columns: `MASE`, `WAPE (%)`. */
export function metricLabel(metric: string): string {
  return percentMetrics.has(metric) ? `${metricName(metric)} (%)` : metricName(metric);
}

/** A count with its noun: `1 series`, `3 models`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count, 12)} ${count === 1 ? one : many}`;
}

/** A sentence's first letter. */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase("en") + text.slice(1);
}

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
