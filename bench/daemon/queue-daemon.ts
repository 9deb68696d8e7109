/** The daemon with arithmetic in place of models, so that the queue alone is measured: `node queue-daemon.ts --home DIR`. */
import { parseArgs } from "node:util";
import { serve } from "../../daemon/serve.ts";

const { values } = parseArgs({ options: { home: { type: "string" } } });
const runProcess = new URL("../../test/daemon/fixtures/run-process.ts", import.meta.url);
const { url, tokenFile, stop } = await serve({ home: values.home!, behindProxy: false, concurrency: 2, runProcess });
process.on("SIGTERM", () => void stop().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ url, tokenFile })}\n`);
