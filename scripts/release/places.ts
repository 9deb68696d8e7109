import { join } from "node:path";

/** Root of the repository. */
export const root = join(import.meta.dirname, "..", "..");

/** Where a release is made. */
export interface Places {
  readonly version: string;
  /** What users get. */
  readonly out: string;
  /** Folders that are put together on the way. */
  readonly work: string;
}

/** The folders of a release of this version: `out/release`, and below it `.work`, which is deleted at the end. */
export function placesOf(version: string): Places {
  const out = join(root, "out", "release");
  return { version, out, work: join(out, ".work") };
}
