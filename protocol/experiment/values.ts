/** Small notations inside an experiment file: durations and scenario changes. */

const secondsOf: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  m: 60,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
};

const durationPattern = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i;

/** Seconds of a wall-clock duration such as `90s`, `5 minutes` or `1.5 h`; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const name = unit.toLowerCase();
  const factor = secondsOf[name] ?? secondsOf[name.replace(/s$/, "")];
  const seconds = factor === undefined ? 0 : Number(amount) * factor;
  return seconds > 0 ? seconds : undefined;
}

/** Units a horizon may be written in; how many steps it is depends on the frequency of the data. */
export const spanUnits = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;

export type SpanUnit = (typeof spanUnits)[number];

export interface Span {
  readonly amount: number;
  readonly unit: SpanUnit;
}

/** A span of calendar time such as `4 weeks`; undefined where the text is none. */
export function parseSpan(text: string): Span | undefined {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  const name = unit?.toLowerCase().replace(/s$/, "");
  const known = spanUnits.find((candidate) => candidate === name);
  return amount === undefined || known === undefined || Number(amount) <= 0
    ? undefined
    : { amount: Number(amount), unit: known };
}

/** A change of a covariate in a scenario: `* 0.9`, `+ 2`, `- 1`, or a value that replaces it. */
export interface Change {
  readonly operation: "multiply" | "add" | "replace";
  readonly value: number | string;
}

/** Reads a change; a bare number or a text replaces the value. */
export function parseChange(written: string | number | boolean): Change {
  if (typeof written === "number") return { operation: "replace", value: written };
  if (typeof written === "boolean") return { operation: "replace", value: written ? 1 : 0 };
  const [, operator, operand] = /^\s*([*/+-])\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(?:%\s*)?$/i.exec(written) ?? [];
  if (operator === undefined || operand === undefined) return { operation: "replace", value: written };
  if (written.includes("%")) return percentChange(operator, Number(operand));
  if (operator === "*") return { operation: "multiply", value: Number(operand) };
  if (operator === "/") return { operation: "multiply", value: 1 / Number(operand) };
  return { operation: "add", value: operator === "-" ? -Number(operand) : Number(operand) };
}

function percentChange(operator: string, percent: number): Change {
  if (operator === "*") return { operation: "multiply", value: percent / 100 };
  if (operator === "/") return { operation: "multiply", value: 100 / percent };
  return { operation: "multiply", value: 1 + (operator === "-" ? -percent : percent) / 100 };
}
