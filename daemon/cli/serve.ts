import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { dataFolder } from "../training/files/data-folder.ts";
import { carryOut, exitCodes, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { databaseOption } from "./database-option.ts";
import { localDaemon } from "./local-daemon.ts";

const optionsSchema = z.object({
  home: z.string().optional(),
  listen: z.string().optional(),
  database: z.string().optional(),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  behindProxy: z.boolean().default(false),
  publicUrl: z.string().optional(),
  tokens: z.string().optional(),
  region: z.string().optional(),
  concurrency: z.coerce.number().int().min(1).optional(),
  keepAlive: z.boolean().default(false),
  idleExit: z.coerce.number().min(1).default(600),
});

/** `almanac serve`: the daemon. Prints where it answers, and stays until it is stopped or nobody needs it. */
export function register(program: Command): void {
  withCommonOptions(
    program.command("serve").description("the daemon behind the editor: runs, API, deployments, schedules, web pages"),
  )
    .option("--home <dir>", "data folder (default: ALMANAC_HOME, or the platform's own)")
    .option("--listen <host:port>", "address to listen on (default: 127.0.0.1 and a free port)")
    .addOption(databaseOption("postgres://… instead of SQLite in the data folder"))
    .option("--tls-cert <file>", "certificate; needed beyond loopback, unless behind a proxy")
    .option("--tls-key <file>", "key of the certificate")
    .option("--behind-proxy", "a proxy in front speaks TLS and tells the client's address")
    .option("--public-url <url>", "address that clients use, where it is not the one listened on")
    .option("--tokens <file>", "JSON file of tokens, needed beyond loopback")
    .option("--region <name>", "region this daemon stands in, such as eu")
    .option("--concurrency <n>", "runs at once")
    .option("--idle-exit <seconds>", "end after this long without lease, run, schedule or request (default 600)")
    .option("--keep-alive", "stay even when nobody needs it")
    .action(async (given: unknown) => {
      const output = outputOf(given);
      const signal = interruptSignal();
      await carryOut(output, signal, async () => {
        const {
          keepAlive,
          idleExit,
          home,
          database = process.env.ALMANAC_DATABASE,
          ...options
        } = optionsSchema.parse(given);
        const { AlreadyServedError, serve } = await import("../server/serve.ts");
        const folder = resolve(home ?? dataFolder());
        try {
          const daemon = await serve({
            ...options,
            database,
            home: folder,
            idleExit: keepAlive ? undefined : idleExit,
          });
          const { url, tokenFile, pid } = daemon;
          output.say(`Almanac answers at ${url}; its token is in ${tokenFile}.`);
          output.document({ url, tokenFile, pid });
          if (!output.json) output.say(await loginLine(folder));
          signal.addEventListener("abort", () => void daemon.stop(), { once: true });
          if (signal.aborted) await daemon.stop();
          await daemon.stopped;
          process.exit(exitCodes.done);
        } catch (error) {
          if (!(error instanceof AlreadyServedError) || !error.running) throw error;
          const { url, tokenFile, pid } = error.running;
          output.say(`A daemon of this data folder answers at ${url} already; its token is in ${tokenFile}.`);
          output.document({ url, tokenFile, pid });
          if (!output.json) output.say(await loginLine(folder));
          return exitCodes.done;
        }
      });
    });
}

/** How a plain browser gets in: by a link that works once. */
async function loginLine(home: string): Promise<string> {
  const { url, seconds } = await localDaemon(home).createLoginLink();
  return `In a browser, once and within ${seconds} seconds: ${url} (almanac serve prints another)`;
}
