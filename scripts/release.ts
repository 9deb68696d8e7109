import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { hasArchive, packArchive } from "./release/archive.ts";
import { command } from "./release/command.ts";
import { hasLibraries } from "./release/debian.ts";
import { packImage } from "./release/image.ts";
import { packMain, packRuntime } from "./release/npm-packages.ts";
import { type Places, placesOf, root } from "./release/places.ts";
import { writeSums } from "./release/sums.ts";
import { type Target, targetOf, targets } from "./release/targets.ts";
import { versionProblems } from "./release/version.ts";
import { packVsix } from "./release/vsix.ts";

const usage = `npm run release -- VERSION [TARGET…] [--final] [--repository URL]

Makes every artefact of a release in out/release and publishes nothing. Without targets, those of all platforms:
${targets.join(", ")}.

--final       fail if CHANGELOG.md, package.json or git are not ready for the release itself
--repository  public address of the sources, for the links and pictures of the extension's page`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { final: { type: "boolean", default: false }, repository: { type: "string" }, help: { type: "boolean" } },
});
const [version, ...names] = positionals;

if (version === undefined || values.help) {
  console.log(usage);
  process.exitCode = version === undefined && !values.help ? 2 : 0;
} else {
  const problems = readiness(version, values.final);
  for (const problem of problems) console.error(`${values.final ? "error" : "warning"}: ${problem}`);
  if (problems.length > 0 && values.final) process.exitCode = 1;
  else await release(placesOf(version), names.length > 0 ? names.map(targetOf) : [...targets], values.repository);
}

/** What is not as a release needs it. */
function readiness(wanted: string, final: boolean): string[] {
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const { version: current } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const problems = versionProblems({ version: wanted, changelog, current, final });
  if (final && command("git", ["status", "--porcelain"], { cwd: root }) !== "") {
    problems.push("There are changes that are not committed.");
  }
  return problems;
}

async function release(places: Places, wanted: readonly Target[], repository: string | undefined): Promise<void> {
  rmSync(places.out, { recursive: true, force: true });
  mkdirSync(places.work, { recursive: true });
  command(process.execPath, ["scripts/build.ts"], { cwd: root });
  const files: string[] = [];
  const made = (file: string | undefined) => {
    if (file === undefined) return;
    console.log(`${basename(file)} (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB)`);
    files.push(file);
  };
  made(packMain(places));
  for (const target of wanted) {
    made(packRuntime(places, target));
    made(packVsix(places, target, repository));
    if (hasArchive(target)) made(await packArchive(places, target));
    if (hasLibraries(target)) made(packImage(places, target));
  }
  await writeSums(places, files);
  rmSync(places.work, { recursive: true });
  console.log(`SHA256SUMS and provenance.json are beside them in ${places.out}. Nothing was published.`);
}
