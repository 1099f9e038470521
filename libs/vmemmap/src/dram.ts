/** Free DRAM that a memmap can be taken from. Bytes; `free` null means that the amount is not known and never runs out. */
export class Dram {
  private left: number | null;
  private taken = 0;

  constructor(free: number | null) {
    this.left = free;
  }

  /** Bytes in use by memmaps now. */
  get used(): number {
    return this.taken;
  }

  /** Takes up to `count` pieces of `size` bytes; how many there were. */
  take(count: number, size: number): number {
    const served = this.left === null ? count : Math.min(count, Math.floor(this.left / size));
    if (this.left !== null) this.left -= served * size;
    this.taken += served * size;
    return served;
  }

  giveBack(bytes: number): void {
    if (this.left !== null) this.left += bytes;
    this.taken -= bytes;
  }
}
