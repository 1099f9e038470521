/** Where a symbol's line begins and how its name ends; a pair of offsets into the text. */
export interface ConfigLine {
  /** First character of the name, after CONFIG_. */
  readonly name: number;
  /** One past the last character of the name. */
  readonly end: number;
}

/** A chain this long does not come from a real config: names were chosen to collide. */
const MAX_PROBES = 64;

const CONFIG = 'CONFIG_';

/**
 * Finds a symbol's line in a .config. Open addressing over offsets, so that no name becomes a string of its own before
 * somebody asks: a config has ten thousand symbols, of which a check reads fifty.
 */
export class ConfigIndex {
  readonly #text: string;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #mask: number;
  readonly #shift: number;
  /** Takes over where names collide on purpose; the engine's own strings hash with a secret seed. */
  #map: Map<string, ConfigLine> | null = null;
  #size = 0;

  /** `capacity` is the most lines that will be added. */
  constructor(text: string, capacity: number) {
    const bits = Math.min(30, Math.max(6, 32 - Math.clz32(capacity * 2)));
    const slots = 1 << bits;
    this.#text = text;
    this.#starts = new Int32Array(slots);
    this.#ends = new Int32Array(slots);
    this.#mask = slots - 1;
    this.#shift = 32 - bits;
  }

  /** Adds a line; a later one of the same name takes the place of the earlier, as in Kconfig. True where there was one. */
  add(name: number, end: number): boolean {
    if (this.#map !== null) return addToMap(this.#map, this.#text, name, end);
    let slot = hash(this.#text, name, end) >>> this.#shift;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const found = this.#starts[slot] ?? 0;
      if (found === 0) {
        this.#starts[slot] = name;
        this.#ends[slot] = end;
        this.#size++;
        return false;
      }
      if (equal(this.#text, found, this.#ends[slot] ?? 0, this.#text, name, end)) {
        this.#starts[slot] = name;
        this.#ends[slot] = end;
        return true;
      }
      slot = (slot + 1) & this.#mask;
    }
    this.#map = this.#toMap();
    return addToMap(this.#map, this.#text, name, end);
  }

  find(symbol: string): ConfigLine | null {
    if (this.#map !== null) return this.#map.get(symbol) ?? null;
    const key = CONFIG + symbol;
    let slot = hash(key, CONFIG.length, key.length) >>> this.#shift;
    for (;;) {
      const name = this.#starts[slot] ?? 0;
      if (name === 0) return null;
      const end = this.#ends[slot] ?? 0;
      if (equal(this.#text, name, end, key, CONFIG.length, key.length)) return { name, end };
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Every symbol's last line, in the order of the text. */
  lines(): readonly ConfigLine[] {
    return this.#map === null ? this.#occupied() : [...this.#map.values()].sort((a, b) => a.name - b.name);
  }

  #occupied(): readonly ConfigLine[] {
    // Offset and slot in one number, so that plain numbers are sorted and not objects.
    const slots = this.#starts.length;
    const keys = new Float64Array(this.#size);
    let count = 0;
    this.#starts.forEach((name, slot) => {
      if (name !== 0) keys[count++] = name * slots + slot;
    });
    return Array.from(keys.sort(), (key) => ({ name: Math.floor(key / slots), end: this.#ends[key % slots] ?? 0 }));
  }

  #toMap(): Map<string, ConfigLine> {
    return new Map(this.#occupied().map((line) => [this.#text.slice(line.name, line.end), line]));
  }
}

function addToMap(map: Map<string, ConfigLine>, text: string, name: number, end: number): boolean {
  const key = text.slice(name, end);
  const known = map.has(key);
  map.set(key, { name, end });
  return known;
}

/** Nine characters of the name and its length: symbols differ at their ends and in the middle, and reading all of it costs more. */
function hash(text: string, from: number, end: number): number {
  const length = end - from;
  const middle = from + (length >> 1);
  const third = length > 2 ? from + 2 : from;
  // CONFIG_ stands before every name, so looking four characters back from its end is always inside the text.
  const tail =
    length +
    (text.charCodeAt(end - 1) << 5) +
    (text.charCodeAt(end - 2) << 10) +
    (text.charCodeAt(end - 3) << 15) +
    (text.charCodeAt(end - 4) << 20);
  const head = (text.charCodeAt(from) << 4) + (text.charCodeAt(third) << 9) + (text.charCodeAt(middle) << 14);
  // The upper bits of a product are the well mixed ones.
  return Math.imul(Math.imul(tail, 0x9e3779b1) ^ head, 0x85ebca6b);
}

function equal(a: string, aFrom: number, aEnd: number, b: string, bFrom: number, bEnd: number): boolean {
  const length = aEnd - aFrom;
  if (length !== bEnd - bFrom) return false;
  for (let i = length - 1; i >= 0; i--) {
    if (a.charCodeAt(aFrom + i) !== b.charCodeAt(bFrom + i)) return false;
  }
  return true;
}
