import type { Problem } from "../../../protocol/errors.ts";
import { nearest } from "../../../protocol/experiment/nearest.ts";
import type { ParsedExperiment } from "../../../protocol/experiment/parse.ts";

const codes = { country: "unknown-country", region: "unknown-region" } as const;

/** Codes in use that are not the ones of ISO 3166. */
const synonyms: Readonly<Record<string, string>> = { UK: "GB", EN: "GB", EL: "GR", SF: "FI", TP: "TL" };

/**
 * Tells a country or region that the holiday library does not know: its calendar would be empty, in silence. The library is loaded only where a
 * calendar is asked for.
 */
export async function calendarProblems({ experiment, locate }: ParsedExperiment, file: string): Promise<Problem[]> {
  const calendar = experiment?.covariates.calendar;
  if (calendar === undefined) return [];
  const { default: Holidays } = await import("date-holidays");
  const library = new Holidays();
  const country = calendar.country.toUpperCase();
  const problem = (
    key: "country" | "region",
    message: string,
    near: string | undefined,
    known: readonly string[],
  ): Problem => {
    const path = ["covariates", "calendar", key];
    const listed = known.length === 0 ? "Leave `region` out." : `Known: ${known.slice(0, 20).join(", ")}.`;
    const fix = near === undefined ? listed : `Did you mean ${near}?`;
    const place = { file, range: locate(path), path };
    return {
      severity: "error" as const,
      code: codes[key],
      message,
      fix,
      ...place,
      ...(near === undefined ? {} : { replacement: near }),
    };
  };
  const countries = library.getCountries("en");
  if (!Object.hasOwn(countries, country)) {
    const codes = Object.keys(countries);
    const near = synonyms[country] ?? nearest(country, codes);
    return [problem("country", `${country} is no country of the holiday calendar.`, near, codes)];
  }
  const { region } = calendar;
  if (region === undefined) return [];
  const regions = library.getStates(country) ?? {};
  const known = Object.keys(regions);
  if (known.some((code) => code.toLowerCase() === region.toLowerCase())) {
    return known.includes(region)
      ? []
      : [problem("region", `Codes of regions are in capitals.`, region.toUpperCase(), known)];
  }
  const names = new Map<string, string>();
  for (const found of [regions, library.getStates(country, "en") ?? {}]) {
    for (const [code, name] of Object.entries(found)) names.set(String(name).toLowerCase(), code);
  }
  const near = names.get(region.toLowerCase()) ?? names.get(nearest(region.toLowerCase(), [...names.keys()]) ?? "");
  return [problem("region", `${region} is no region of ${country} in the holiday calendar.`, near, known)];
}
