import { Option } from "commander";

/** `--database`, or the variable ALMANAC_DATABASE, which unlike an option does not show a password in the list of processes. */
export function databaseOption(description: string): Option {
  return new Option("--database <url>", description).env("ALMANAC_DATABASE");
}
