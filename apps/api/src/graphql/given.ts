/** Of an input object, the members that were given: GraphQL says null where our filters say nothing. */
export function given<T extends object>(input: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const members = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(members) as { [K in keyof T]?: NonNullable<T[K]> };
}
