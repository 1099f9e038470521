/** More devices, or more lines about them, than any machine has: what is above is left out with an error. */
export const MAX_DEVICES = 4096;
export const MAX_EVENTS = 10_000;
