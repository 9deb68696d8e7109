import { availableParallelism, freemem, totalmem } from "node:os";
import type { Command } from "commander";
import { versions } from "../training/telemetry/version.ts";
import { carryOut, exitCodes, interruptSignal, outputOf, withCommonOptions } from "./context.ts";

/** `almanac doctor`: what this machine can do, and what to do about the rest. */
export function register(program: Command): void {
  withCommonOptions(
    program.command("doctor").description("what works on this machine, why not, and how to mend it"),
  ).action(async (given: unknown) => {
    const output = outputOf(given);
    await carryOut(output, interruptSignal(), async () => {
      const { inspectDevices } = await import("../training/devices/doctor.ts");
      const { dataFolder } = await import("../training/files/data-folder.ts");
      const { findPages } = await import("../training/outputs/report-page.ts");
      const pages = findPages() !== undefined;
      const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
      const facts = {
        versions,
        cores: availableParallelism(),
        memory: `${gigabytes(totalmem())}, ${gigabytes(freemem())} free`,
        data: dataFolder(),
      };
      output.say(`Almanac ${versions.almanac} on Node ${versions.node}, ${facts.cores} cores, ${facts.memory}`);
      output.say(`Data folder: ${facts.data}`);
      output.say(`${pages ? "✓" : "✗"} Report page ${pages ? "is built" : "is not built. Run npm run build."}`);
      const devices = await inspectDevices();
      for (const { title, works, detail, fix } of devices) {
        output.say(`${works ? "✓" : "✗"} ${title}: ${detail}${fix === undefined ? "" : ` ${fix}`}`);
      }
      output.document({ ...facts, pages, devices });
      return devices.some(({ device, works }) => device === "cpu" && works) && pages
        ? exitCodes.done
        : exitCodes.failed;
    });
  });
}
