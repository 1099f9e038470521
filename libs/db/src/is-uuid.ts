/** Ids in questions come from people: what is no UUID names nothing, where Postgres would throw. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
