// Runs after `npm ci` on whatever Node started npm: builds the report's page once, so that the first run needs no compiler.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const pinned = process.platform === "win32" ? "node_modules/node/bin/node.exe" : "node_modules/node/bin/node";
if (!existsSync(pinned)) {
  console.error(
    "almanac: the pinned Node 24 was not installed (were install scripts refused?). Run `npm rebuild node`, then `npm run build`.",
  );
} else {
  const build = spawnSync(pinned, ["scripts/build.ts"], { stdio: "inherit" });
  if (build.status !== 0) process.exit(build.status ?? 1);
}
