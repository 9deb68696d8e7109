import type { ExtensionContext } from "vscode";

/** Tokens, kept by the operating system's key store. */
export interface Secrets {
  read(name: string): Promise<string | undefined>;
  write(name: string, value: string): Promise<void>;
  forget(name: string): Promise<void>;
}

export function secretsOf(context: ExtensionContext): Secrets {
  return {
    read: async (name) => context.secrets.get(`almanac.${name}`),
    write: async (name, value) => context.secrets.store(`almanac.${name}`, value),
    forget: async (name) => context.secrets.delete(`almanac.${name}`),
  };
}
