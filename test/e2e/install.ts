/**
 * Installs Almanac as a user does: packs it, installs the packages in an empty folder away from the clone, and goes from
 * checking an experiment to a deployed model that curl asks. Trains a network, so ONNX Runtime has to come with it.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { z } from "zod";
import { command } from "../../scripts/release/command.ts";
import { packMain, packRuntime } from "../../scripts/release/npm-packages.ts";
import { type Places, root } from "../../scripts/release/places.ts";
import { hostTarget } from "../../scripts/release/targets.ts";

const folder = mkdtempSync(join(tmpdir(), "almanac-install-"));
/** Nothing of this machine's data folder is used, and npx starts this Node. */
const env = {
  ...process.env,
  ALMANAC_HOME: join(folder, "home"),
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
};
const place = join(folder, "project");

const announcement = z.object({ url: z.string(), tokenFile: z.string() });

try {
  install(pack());
  prepare();
  almanac("check", "retail.forecast.yaml");
  almanac("run", "retail.forecast.yaml", "--models", "mlp", "--budget", "30s", "--out", "out");
  almanac("predict", "out", "--data", "retail.csv", "--out", "forecast.csv");
  const rows = readFileSync(join(place, "forecast.csv"), "utf8").trim().split("\n").length - 1;
  if (rows < 20) throw new Error(`forecast.csv has ${rows} rows.`);
  await serveAndAsk();
  console.log("✓ installed from the packages: check, run, predict, serve, deploy and curl");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack(): string[] {
  const places: Places = { version: "0.0.0-test", out: join(folder, "packages"), work: join(folder, "work") };
  mkdirSync(places.out, { recursive: true });
  mkdirSync(places.work, { recursive: true });
  command(process.execPath, ["scripts/build.ts"], { cwd: root });
  const runtime = packRuntime(places, hostTarget());
  return [packMain(places), ...(runtime === undefined ? [] : [runtime])];
}

function install(packages: readonly string[]): void {
  mkdirSync(place);
  writeFileSync(join(place, "package.json"), '{"private": true}');
  command("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages], { cwd: place, env });
}

function prepare(): void {
  for (const name of ["retail", "air-passengers"]) {
    for (const ending of ["csv", "forecast.yaml"]) {
      copyFileSync(join(root, "examples", name, `${name}.${ending}`), join(place, `${name}.${ending}`));
    }
  }
}

function almanac(...parameters: string[]): string {
  return command("npx", ["almanac", ...parameters], { cwd: place, env });
}

/** Starts a daemon, trains on it, deploys the run, and asks the deployment over HTTP. */
async function serveAndAsk(): Promise<void> {
  const bin = join(place, "node_modules", "almanac-forecast", "bin", "almanac.mjs");
  const daemon = spawn(process.execPath, [bin, "serve", "--json", "--keep-alive"], {
    cwd: place,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(daemon, "exit");
  try {
    const [line] = (await once(daemon.stdout, "data")) as [Buffer];
    const { url, tokenFile } = announcement.parse(JSON.parse(line.toString()));
    const authorization = `Authorization: Bearer ${readFileSync(tokenFile, "utf8").trim()}`;
    const curl = (path: string, ...more: string[]) =>
      execFileSync("curl", ["--silent", "--show-error", "--fail-with-body", "-H", authorization, ...more, url + path], {
        encoding: "utf8",
      });
    const json = ["-H", "Content-Type: application/json", "--data"];
    const body = { path: join(place, "air-passengers.forecast.yaml"), options: { models: ["seasonal-naive"] } };
    const { id } = z.object({ id: z.string() }).parse(JSON.parse(curl("/api/v1/runs", ...json, JSON.stringify(body))));
    // The stream of a run's events ends with the run.
    curl(`/api/v1/runs/${id}/events`);
    almanac("deploy", "passengers", id);
    writeFileSync(join(place, "request.json"), JSON.stringify({ rows: passengers() }));
    const answer = curl("/api/v1/deployments/passengers/predictions", ...json, `@${join(place, "request.json")}`);
    const { rows } = z.object({ rows: z.array(z.unknown()).min(1) }).parse(JSON.parse(answer));
    console.log(`  the deployment answers with ${rows.length} rows`);
  } finally {
    daemon.kill();
    await ended;
  }
}

/** The example's rows as a request has them. */
function passengers(): object[] {
  const [, ...lines] = readFileSync(join(place, "air-passengers.csv"), "utf8").trim().split("\n");
  return lines.map((line) => line.split(",")).map(([month, count]) => ({ month, passengers: Number(count) }));
}
