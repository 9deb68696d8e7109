/** Offsets of time zones, from the platform's own database. */

const [hourMs, dayMs] = [3_600_000, 86_400_000];

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const parts = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const clock = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
  const made = new Intl.DateTimeFormat("en-US", { timeZone: zone, era: "short", ...parts, ...clock });
  formatters.set(zone, made);
  return made;
}

/** Milliseconds that local clocks of `zone` are ahead of UTC at a moment. */
export function offsetAt(zone: string, moment: number): number {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const local = Date.UTC(
    ...([part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")] as const),
  );
  return local - Math.floor(moment / 1000) * 1000;
}

/** Offsets of a zone between two moments: a table that is searched once a row. */
export class ZoneTable {
  readonly #changes: number[] = [];
  readonly #offsets: number[];

  constructor(zone: string, from: number, to: number) {
    this.#offsets = [offsetAt(zone, from)];
    for (let at = from; at < to; at += 7 * dayMs) {
      const next = Math.min(at + 7 * dayMs, to);
      const offset = offsetAt(zone, next);
      if (offset === this.#offsets.at(-1)) continue;
      this.#changes.push(changeBetween(zone, at, next));
      this.#offsets.push(offset);
    }
  }

  /** Milliseconds that local clocks are ahead at a moment within the table's span. */
  offset(moment: number): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]! <= moment) low = middle + 1;
      else high = middle;
    }
    return this.#offsets[low]!;
  }

  /** The day on which a moment is the first of its zone (midnight, or the hour after it where clocks skip it); undefined where it is none. */
  localMidnight(moment: number): number | undefined {
    const local = moment + this.offset(moment);
    const clock = ((local % dayMs) + dayMs) % dayMs;
    if (clock === 0) return local;
    const skipped = clock <= hourMs && this.offset(moment - 1) !== this.offset(moment);
    return skipped ? local - clock : undefined;
  }
}

/** The moment, to the minute, at which a zone's offset changes. */
function changeBetween(zone: string, from: number, to: number): number {
  const before = offsetAt(zone, from);
  let [low, high] = [from, to];
  while (high - low > 60_000) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return Math.ceil(low / 60_000) * 60_000;
}

/** Zones with summer time, those that most data come from first; others have the same rules as one of these or come after. */
const usual = [
  ...["Europe/Berlin", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver"],
  ...["Europe/London", "Europe/Athens", "Australia/Sydney", "Pacific/Auckland", "America/Halifax"],
  ...["America/Sao_Paulo", "Asia/Jerusalem", "Europe/Moscow", "America/Santiago", "America/Mexico_City"],
];

/** The first zone of which all moments are local midnights; `moments` ascending. */
export function zoneOfMidnights(moments: readonly number[]): string | undefined {
  const [first, last] = [moments[0]!, moments.at(-1)!];
  // One moment a month tells zones apart; all are checked in the end.
  const probes = moments.filter((_, index) => index % Math.max(1, Math.floor(moments.length / 24)) === 0);
  for (const zone of new Set([...usual, ...Intl.supportedValuesOf("timeZone")])) {
    if (
      mod(probes[0]! + offsetAt(zone, probes[0]!)) !== 0 &&
      mod(probes.at(-1)! + offsetAt(zone, probes.at(-1)!)) !== 0
    ) {
      continue;
    }
    const table = new ZoneTable(zone, first - dayMs, last + dayMs);
    if (moments.every((moment) => table.localMidnight(moment) !== undefined)) return zone;
  }
  return undefined;
}

function mod(value: number): number {
  return ((value % dayMs) + dayMs) % dayMs;
}

/** A moment as a zone's local clocks write it, with the offset: `2024-07-01T14:00:00+02:00`; `Z` for UTC. */
export function zonedText(moment: number, zone: string): string {
  if (zone === "UTC") return `${new Date(moment).toISOString().slice(0, 19)}Z`;
  const offset = offsetAt(zone, moment);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const two = (value: number) => String(value).padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  return `${new Date(moment + offset).toISOString().slice(0, 19)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
