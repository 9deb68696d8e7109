/** Shells that completion is offered for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** What a shell completes after the words of one command. */
export interface CompletedCommand {
  /** Names of its parent command and of itself, such as `["remote", "add"]`. */
  readonly words: readonly string[];
  readonly description: string;
  /** Names of the commands below it. */
  readonly below: readonly string[];
  readonly options: readonly { readonly name: string; readonly description: string }[];
}

/** The script for each shell. Where no command or option fits, files are completed. */
export const completionScripts: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: (commands) => `#compdef almanac\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`,
  fish: fishScript,
};

function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands
    .toSorted((a, b) => b.words.length - a.words.length)
    .map(({ words, below, options }) => {
      const names = [...below, ...options.map(({ name }) => name)].join(" ");
      const pattern = words.length === 1 ? `"${words[0]} "*` : `"${words.join(" ")}"`;
      return `    ${pattern}) words="${names}" ;;`;
    });
  const first = firstOf(commands).map(({ words }) => words[0]);
  return `_almanac() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${first.join(" ")} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _almanac almanac
`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = firstOf(commands).map(
    ({ words, description }) => `complete -c almanac -n __fish_use_subcommand -a ${words[0]} -d ${quoted(description)}`,
  );
  for (const { words, options, below } of commands) {
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    for (const name of below) lines.push(`complete -c almanac -n ${quoted(seen)} -a ${name}`);
    for (const { name, description } of options) {
      lines.push(`complete -c almanac -n ${quoted(seen)} -l ${name.slice(2)} -d ${quoted(description)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function firstOf(commands: readonly CompletedCommand[]): readonly CompletedCommand[] {
  return commands.filter(({ words }) => words.length === 1);
}

/** A text in single quotes, as fish reads it. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
