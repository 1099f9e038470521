/** Injection tokens for what is not a class. */
export const METRICS = Symbol('metrics');
export const FLEET = Symbol('fleet');
