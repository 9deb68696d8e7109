/** A number as a label beside its bar. */
export function short(value: number): string {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 4 }).format(value);
}

/** A change as a label, with its sign. */
export function signed(value: number): string {
  return `${value >= 0 ? "+" : "−"}${new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(Math.abs(value))}`;
}
