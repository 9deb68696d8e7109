/** The text as a YAML scalar: plain where that reads back as the same text, quoted otherwise. */
export function yamlScalar(text: string): string {
  const plain =
    /^[\p{L}_][\p{L}\p{N}_ .%/()-]*$/u.test(text) &&
    text.trim() === text &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** A share as a reader writes it: `0 %`, `< 1 %`, `12 %`. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "< 1 %";
  return `${Math.round(share * 100)} %`;
}

/** A number with at most four significant digits and grouped thousands. */
export function shortNumber(value: number): string {
  const digits = Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString("en", digits);
}

/** A forecast value as it is glanced at: three significant digits. */
export function roughNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString("en", digits);
}

/** `1 step`, `28 steps`. */
export function count(amount: number, noun: string): string {
  return `${amount.toLocaleString("en")} ${noun}${amount === 1 || noun.endsWith("series") ? "" : "s"}`;
}
