/** `npm run check`: types, lint, format, import directions, unused code and generated files; all of them run before it fails. */
import { spawn } from "node:child_process";

const steps: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: "types", command: ["tsc", "--project", "."] },
  { name: "types of the pages", command: ["tsc", "--project", "webview"] },
  { name: "lint and format", command: ["biome", "ci", "--colors=off", "."] },
  { name: "import directions", command: ["depcruise", "daemon", "protocol", "extension", "webview"] },
  { name: "unused files, exports and packages", command: ["knip", "--no-progress"] },
  { name: "generated files", command: ["node", "scripts/generate.ts", "--check"] },
];

let failed = 0;
for (const { name, command } of steps) {
  const started = performance.now();
  const code = await run(command);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (code !== 0) failed++;
}
console.log(`check: ${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function run([program, ...parameters]: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program!, parameters, { stdio: "inherit", shell: process.platform === "win32" });
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
