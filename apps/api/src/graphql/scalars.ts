import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

function refuse(name: string): never {
  throw new TypeError(`${name} is never given as an input`);
}

function outputOnly(name: string, description: string, serialize: (value: unknown) => unknown): GraphQLScalarType {
  const never = (): never => refuse(name);
  return new GraphQLScalarType({ name, description, serialize, parseValue: never, parseLiteral: never });
}

function wholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new TypeError(`expected a whole number of at most 2^53 - 1, got ${String(value)}`);
}

export const DateTime = outputOnly('DateTime', 'A time as ISO 8601 with milliseconds, in UTC', (value) => {
  if (value instanceof Date) return value.toISOString();
  throw new TypeError('expected a Date');
});

export const Address = outputOnly(
  'Address',
  'A physical address in bytes, as lower-case hexadecimal with 0x in front, like /proc/iomem shows it',
  (value) => `0x${wholeNumber(value).toString(16)}`,
);

export const Bytes = outputOnly(
  'Bytes',
  'A number of bytes: a whole JSON number of at most 2^53 - 1, which a double holds exactly (Int has only 32 bits)',
  wholeNumber,
);

export const Pages = outputOnly(
  'Pages',
  "A number of base pages, or a page frame number, of the verdict's page size: a whole JSON number of at most 2^53 - 1",
  wholeNumber,
);

export const Json = outputOnly('JSON', 'Any JSON value', (value) => value);

function secretOf(value: unknown): string {
  if (typeof value === 'string') return value;
  // An error of GraphQL's own is taken as it is; any other would be told together with the value.
  throw new GraphQLError('expected a secret as a text');
}

export const Secret = new GraphQLScalarType({
  name: 'Secret',
  description: 'A text that is taken and never given, not even in an error',
  serialize: () => {
    throw new TypeError('a secret is never given');
  },
  parseValue: secretOf,
  parseLiteral: (node: ValueNode) => secretOf(node.kind === Kind.STRING ? node.value : null),
});
