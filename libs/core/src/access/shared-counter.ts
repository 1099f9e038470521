/** Counts that all API processes share. Implemented by libs/db and libs/queue. */
export interface SharedCounter {
  /**
   * Adds points to a key's count, which begins anew `windowMs` after the first of them. Gives the count, and the milliseconds
   * until it begins anew.
   */
  add(key: string, points: number, windowMs: number): Promise<{ total: number; msLeft: number }>;
}
