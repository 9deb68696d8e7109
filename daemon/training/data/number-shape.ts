import type { NumberStyle } from "./numbers.ts";

/**
 * What the digits of a number column look like: each text with 9 for a digit and z for a leading zero, how often it occurs, and the median
 * of the digits read without any mark.
 */
export interface Shape {
  readonly shape: string;
  readonly count: number;
  readonly digits: number;
}

/** SQL from a text to its shape; the same as `shapeOf`. */
export function shapeSql(text: string): string {
  return `translate(regexp_replace(${text}, '^([^0-9]*)0', '\\1z'), '012345678', '999999999')`;
}

/** The shape of one text. */
export function shapeOf(text: string): string {
  return text.replace(/^(\D*)0/, "$1z").replace(/[0-8]/g, "9");
}

/** Shapes of texts at hand. */
export function shapesOf(texts: readonly string[]): Shape[] {
  const found = new Map<string, number[]>();
  for (const text of texts) {
    const shape = shapeOf(text);
    const digits = Number(text.replace(/\D/g, ""));
    found.set(shape, [...(found.get(shape) ?? []), digits]);
  }
  return Array.from(found, ([shape, digits]) => ({
    shape,
    count: digits.length,
    digits: digits.sort((a, b) => a - b)[digits.length >> 1]!,
  }));
}

/** A number's text without its unit: `$` of `$4.00`, `kg` of `12 kg`; brackets and signs behind the number are told, too. */
export interface Bare {
  readonly core: string;
  readonly unit: string;
  /** Written `(8)` or `8-` for −8, or with another sign than `-`. */
  readonly bookkeeping: boolean;
}

const currencies =
  "EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|CAD|AUD|NZD|ZAR|RUB|TRY|KRW|SGD|HKD|THB|ILS|AED|SAR|R\\$|US\\$|A\\$|C\\$|Rs\\.?|kr\\.?|Kč|zł|Ft|Fr\\.|\\p{Sc}";
const measures =
  "%|‰|°C|°F|°|kg|g|mg|t|lbs?|oz|l|L|ml|hl|gal|m³|m3|m²|m2|km|m|cm|mm|mi|ft|in|kWh|MWh|GWh|Wh|kW|MW|GW|W|kVA|V|A|bar|hPa|kPa|Pa|mph|km/h|m/s|h|hrs?|min|s|ms|pcs?\\.?|pieces|units?|items?|Stk\\.?|Stück|St\\.|pcs|people|visitors";

const dressed = new RegExp(
  `^(\\(?)\\s*([+\\-\\u2212]?)\\s*(${currencies})?\\s*([+\\-\\u2212]?)\\s*([9z.][9z.,'’ \\u00a0\\u202f]*?(?:[eE][+-]?[9z]+)?)\\s*(${currencies}|${measures})?\\s*([+\\-]?)(\\)?)$`,
  "u",
);

/** Takes the unit, brackets and signs off a shape; undefined where it is no number. */
export function bareShape(shape: string): Bare | undefined {
  const [, open, sign, before, inner, core, behind, last, close] = dressed.exec(shape.trim()) ?? [];
  if (core === undefined || (open === "(") !== (close === ")") || (before && behind)) return undefined;
  const bookkeeping = open === "(" || last === "-" || sign === "\u2212" || inner !== "";
  return { core: core.trim(), unit: before ?? behind ?? "", bookkeeping };
}

/** What one shape says of the decimal mark: proof of one, a mark that can be either, or nothing. */
export type Witness = "dot" | "comma" | "either dot" | "either comma" | "small" | "large" | "none";

const witnesses: readonly (readonly [RegExp, Witness])[] = [
  [/^[9z]{1,3}$/, "small"],
  [/^[9z]+$/, "large"],
  [/^[9z]+e[+-]?[9z]+$/i, "large"],
  [/^9[9z]{0,2}\.[9z]{3}$/, "either dot"],
  [/^9[9z]{0,2},[9z]{3}$/, "either comma"],
  [/^9[9z]{0,2}(\.[9z]{3}){2,}$/, "comma"],
  [/^9[9z]{0,2}(,[9z]{3}){2,}$/, "dot"],
  [/^9[9z]{0,2}(\.[9z]{3})+,[9z]+$/, "comma"],
  [/^9[9z]{0,2}(,[9z]{3})+\.[9z]+$/, "dot"],
  [/^9[9z]?(,[9z]{2})+,[9z]{3}(\.[9z]+)?$/, "dot"],
  [/^[9z]*\.[9z]*(e[+-]?[9z]+)?$/i, "dot"],
  [/^[9z]*,[9z]*(e[+-]?[9z]+)?$/i, "comma"],
  [/^9[9z]{0,2}(['’ \u00a0\u202f][9z]{3})+$/, "small"],
  [/^9[9z]{0,2}(['’ \u00a0\u202f][9z]{3})+\.[9z]+$/, "dot"],
  [/^9[9z]{0,2}(['’ \u00a0\u202f][9z]{3})+,[9z]+$/, "comma"],
];

/** What the core of a number says of the decimal mark. */
export function witnessOf(core: string): Witness {
  return witnesses.find(([pattern]) => pattern.test(core))?.[1] ?? "none";
}

/** The style of a column whose decimal mark is known, from the cores of its numbers. */
export function styleWith(decimal: "." | ",", cores: readonly string[]): NumberStyle {
  if (cores.some((core) => /[9z]['’ \u00a0\u202f][9z]/.test(core))) return "thousands-space";
  if (decimal === ",") return "decimal-comma";
  return cores.some((core) => core.includes(",")) ? "thousands-comma" : "plain";
}
