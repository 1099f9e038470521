/** The stream ended inside of something that says to be longer. */
export class EndOfStream extends Error {}

const EMPTY = new Uint8Array();
const ZEROS = new Uint8Array(64 * 1024);

/** Reads a stream of chunks by numbers of bytes. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = EMPTY;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, or fewer at the end; they stay to be read. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#chunk.length < length) {
      const before = this.#chunk;
      if (!(await this.#next())) {
        this.#chunk = before;
        break;
      }
      const joined = new Uint8Array(before.length + this.#chunk.length);
      joined.set(before);
      joined.set(this.#chunk, before.length);
      this.#chunk = joined;
    }
    return this.#chunk.subarray(0, length);
  }

  /** A copy of exactly `length` bytes. @throws EndOfStream */
  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (this.#chunk.length === 0 && !(await this.#next())) throw new EndOfStream();
      const piece = this.#chunk.subarray(0, length - at);
      this.#chunk = this.#chunk.subarray(piece.length);
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /** Exactly `length` bytes as they come. @throws EndOfStream */
  async *pieces(length: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = length; left > 0; ) {
      if (this.#chunk.length === 0 && !(await this.#next())) throw new EndOfStream();
      const piece = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Passes over bytes. @throws EndOfStream */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#chunk.length === 0 && !(await this.#next())) throw new EndOfStream();
      const step = Math.min(left, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(step);
      left -= step;
    }
  }

  /** Passes over zeros. False where nothing comes after them. */
  async skipZeros(): Promise<boolean> {
    do {
      this.#chunk = this.#chunk.subarray(zerosAtStart(this.#chunk));
      if (this.#chunk.length > 0) return true;
    } while (await this.#next());
    this.#chunk = EMPTY;
    return false;
  }

  /** Everything to the end. */
  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#chunk.length > 0 || (await this.#next())) {
      const piece = this.#chunk;
      this.#chunk = EMPTY;
      yield piece;
    }
  }

  /** Tells the source that nothing more is wanted. */
  close(): void {
    if (!this.#ended) this.#iterator.return?.()?.catch(() => {});
    this.#ended = true;
  }

  async #next(): Promise<boolean> {
    while (!this.#ended) {
      const { done, value } = await this.#iterator.next();
      if (done === true) {
        this.#ended = true;
        this.#chunk = EMPTY;
      } else if (value.length > 0) {
        this.#chunk = value;
        return true;
      }
    }
    return false;
  }
}

/** Compared as blocks: a gigabyte of zeros, byte by byte, would take longer than unpacking it. */
function zerosAtStart(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length);
    if (Buffer.compare(piece, ZEROS.subarray(0, piece.length)) !== 0) return at + piece.findIndex((byte) => byte !== 0);
  }
  return bytes.length;
}
