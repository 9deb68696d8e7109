import semver from "semver";

export interface VersionQuestion {
  readonly version: string;
  /** Text of CHANGELOG.md. */
  readonly changelog: string;
  /** Version in package.json. */
  readonly current: string;
  /** Whether this is the release itself: then everything has to be in place. */
  readonly final: boolean;
}

/**
 * Problems of a version, one sentence each. A version follows semantic versioning: what stands in CHANGELOG.md says which
 * part has to rise. Before a release the changes stand under Unreleased; for the release itself package.json and a heading
 * of CHANGELOG.md have the version.
 */
export function versionProblems({ version, changelog, current, final }: VersionQuestion): string[] {
  if (semver.valid(version) !== version) return [`${version} is not a version such as 1.2.3 or 1.2.3-rc.1.`];
  const headings = [...changelog.matchAll(/^## \[?([^\]\s]+)/gm)].map(([, name = ""]) => name);
  const released = headings.filter((name) => semver.valid(name) !== null);
  const problems: string[] = [];
  const before = released.find((name) => name !== version);
  if (before !== undefined && semver.lte(version, before)) {
    problems.push(`${version} does not follow ${before}, the last version in CHANGELOG.md.`);
  }
  if (current !== version) problems.push(`package.json has ${current}, and so say the programs: set it to ${version}.`);
  if (final && !released.includes(version))
    problems.push(`CHANGELOG.md has no heading ${version}: move the unreleased lines under it.`);
  const section = sectionOf(changelog, released.includes(version) ? version : "Unreleased");
  if (section.trim() === "") problems.push(`CHANGELOG.md says of no change for ${version}.`);
  const least = before === undefined ? undefined : leastVersion(before, section);
  if (least !== undefined && semver.lt(version, least)) {
    problems.push(`${version} is too low: the changes since ${before} ask for ${least} at least.`);
  }
  return problems;
}

/** The text under a heading of the second level. */
function sectionOf(changelog: string, name: string): string {
  const escaped = name.replaceAll(".", "\\.");
  return new RegExp(`^## \\[?${escaped}\\]?.*\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, "m").exec(changelog)?.[1] ?? "";
}

/** The lowest version that may carry the changes: what changes or goes breaks something, what is added does not. */
function leastVersion(before: string, section: string): string | undefined {
  const breaking = /^### (Changed|Removed)/m.test(section);
  const adding = /^### (Added|Deprecated)/m.test(section);
  const level =
    semver.major(before) === 0 ? (breaking ? "minor" : "patch") : breaking ? "major" : adding ? "minor" : "patch";
  return semver.inc(before, level) ?? undefined;
}
