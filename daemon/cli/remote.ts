import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { z } from "zod";
import { nameSchema } from "../../protocol/api/route.ts";
import { MissingError, SetupError } from "../../protocol/errors.ts";
import { carryOut, exitCodes, interruptSignal, type Output, outputOf, withCommonOptions } from "./context.ts";
import { withRemotes } from "./known-remotes.ts";
import { textTable } from "./table.ts";

const optionsSchema = z.object({ home: z.string().optional(), tokenFile: z.string().optional() });

/** `almanac remote add | list | remove`: daemons elsewhere, by name. */
export function register(program: Command): void {
  const remote = program.command("remote").description("daemons on other machines, by name");
  withCommonOptions(
    remote
      .command("add")
      .argument("<name>", "name")
      .argument("<url>", "address")
      .description("make a daemon known; it must answer, and says in which region it stands"),
  )
    .option("--home <dir>", "data folder of the daemon")
    .requiredOption("--token-file <file>", "file with the token of that daemon")
    .action((name: string, url: string, given: unknown) =>
      act(given, async (output, { home, tokenFile }) => {
        const token = readFileSync(z.string().parse(tokenFile), "utf8").trim();
        const added = await withRemotes(home, (remotes) => remotes.add({ name: checked(name), url, token }));
        output.say(`${name} answers${added.region === null ? "" : ` and stands in ${added.region}`}.`);
        output.document(added);
      }),
    );
  withCommonOptions(remote.command("list").description("known daemons"))
    .option("--home <dir>", "data folder of the daemon")
    .action((given: unknown) =>
      act(given, async (output, { home }) => {
        const items = await withRemotes(home, (remotes) => remotes.list());
        const columns = [{ heading: "name" }, { heading: "address" }, { heading: "region" }];
        output.say(
          textTable(
            columns,
            items.map(({ name, url, region }) => [name, url, region ?? ""]),
          ),
        );
        output.document(items);
      }),
    );
  withCommonOptions(remote.command("remove").argument("<name>", "name").description("forget a daemon"))
    .option("--home <dir>", "data folder of the daemon")
    .action((name: string, given: unknown) =>
      act(given, async (output, { home }) => {
        const found = await withRemotes(home, async (remotes) => {
          const known = (await remotes.list()).find((remote) => remote.name === name);
          if (!known) throw new MissingError(`There is no remote ${name}.`, { fix: "almanac remote list" });
          await remotes.remove(known.id);
          return known;
        });
        output.say(`${name} is forgotten.`);
        output.document(found);
      }),
    );
}

/** A name that an experiment can give as `train.on`. */
function checked(name: string): string {
  if (nameSchema.safeParse(name).success && name !== "local") return name;
  throw new SetupError(`\`${name}\` is no name for a remote.`, {
    fix: "Use lower-case letters, digits, dots, hyphens and underscores; `local` is this machine.",
  });
}

async function act(
  given: unknown,
  work: (output: Output, options: z.infer<typeof optionsSchema>) => Promise<void>,
): Promise<void> {
  const output = outputOf(given);
  await carryOut(output, interruptSignal(), async () => {
    await work(output, optionsSchema.parse(given));
    return exitCodes.done;
  });
}
