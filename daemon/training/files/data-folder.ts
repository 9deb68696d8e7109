import { homedir } from "node:os";
import { join } from "node:path";

/** The data folder: `ALMANAC_HOME`, or the platform's own place for a user's data. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (environment.ALMANAC_HOME) {
    return environment.ALMANAC_HOME;
  }
  if (platform === "win32") {
    return join(environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "almanac");
  }
  if (platform === "darwin") {
    return join(homedir(), "Library", "Application Support", "almanac");
  }
  return join(environment.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "almanac");
}
