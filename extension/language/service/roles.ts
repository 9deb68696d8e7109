import { type ForecastDocument, type Path, type Place, places } from "./document.ts";

/** What a column is used as. */
export type ColumnRole = "time" | "series" | "target" | "known" | "observed" | "static" | "scenario";

/** A column's name in the text. */
export interface Mention extends Place {
  readonly role: ColumnRole;
}

/** The role of a column named at `path`, undefined where no column stands. */
export function roleAt(path: Path, part: Place["part"]): ColumnRole | undefined {
  const [section, key] = path;
  if (section === "data" && part === "value") return dataRole(path);
  if (section === "covariates" && part === "value" && path.length === 3) {
    return key === "known" || key === "observed" || key === "static" ? key : undefined;
  }
  if (section === "scenarios" && part === "key" && path.length === 4) {
    if (path[2] === "set") return "scenario";
    if (path[2] === "series") return "series";
  }
  return undefined;
}

function dataRole(path: Path): ColumnRole | undefined {
  const key = path[1];
  if (path.length === 2 && (key === "time" || key === "target" || key === "series")) return key;
  return path.length === 3 && key === "series" ? "series" : undefined;
}

/** Every column named in the text. */
export function mentions(document: ForecastDocument): Mention[] {
  const found: Mention[] = [];
  for (const place of places(document)) {
    const role = roleAt(place.path, place.part);
    if (role !== undefined && place.text !== "") found.push({ ...place, role });
  }
  return found;
}

/** The model named at `path`, undefined where none stands. */
export function isModelPlace(path: Path, part: Place["part"]): boolean {
  if (path[0] !== "search" || path[1] !== "models") return false;
  return part === "key" ? path.length === 3 : path.length === 3 && typeof path[2] === "number";
}
