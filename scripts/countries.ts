import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Holidays from "date-holidays";

/** Where the editor reads the countries. */
export const countriesFile = join(import.meta.dirname, "..", "extension", "language", "generated", "countries.json");

/** Countries and regions of the holiday library as data for completion, so that the editor need not load it. */
export function countriesText(): string {
  const library = new Holidays();
  const rows = Object.entries(library.getCountries("en"))
    .filter(([code]) => /^[A-Z]{2}$/.test(code))
    .map(([code, name]) => ({ code, name, ...regions(library.getStates(code, "en")) }))
    .sort((a, b) => a.code.localeCompare(b.code));
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

function regions(found: Record<string, string> | undefined): { regions?: Record<string, string> } {
  return found === undefined || Object.keys(found).length === 0 ? {} : { regions: found };
}

if (import.meta.main) writeFileSync(countriesFile, countriesText());
