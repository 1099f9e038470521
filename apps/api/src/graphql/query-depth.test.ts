import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { isTooDeep } from './query-depth.ts';

const nested = (depth: number): string => `${'{ a '.repeat(depth)}${'}'.repeat(depth)}`;
const tooDeep = (source: string, limit = 12): boolean => isTooDeep(parse(source), limit);

describe('isTooDeep', () => {
  it('counts fields, the one at the top as 1', () => {
    expect(tooDeep('{ a }', 1)).toBe(false);
    expect(tooDeep('{ a { b } }', 1)).toBe(true);
    expect([tooDeep(nested(12)), tooDeep(nested(13))]).toEqual([false, true]);
  });

  it('finds the deepest of several operations, fields and inline fragments', () => {
    expect(tooDeep(`query A { a } query B ${nested(13)}`)).toBe(true);
    expect(tooDeep('{ a b { c { d } } e }', 2)).toBe(true);
    expect(tooDeep('{ ... on Q { a { ... { b } } } }', 2)).toBe(false);
  });

  it('sees through fragments, wherever they are spread', () => {
    const fragment = `fragment F on Q ${nested(10)}`;
    expect(tooDeep(`{ ...F } ${fragment}`)).toBe(false);
    expect(tooDeep(`{ ...F x { y { ...F } } } ${fragment}`)).toBe(false);
    expect(tooDeep(`{ ...F x { y { z { ...F } } } } ${fragment}`)).toBe(true);
    expect(tooDeep(`{ x { y { z { ...F } } } ...F } ${fragment}`)).toBe(true);
  });

  it('ends on fragments that are missing, contain themselves, or multiply', () => {
    expect(tooDeep('{ ...Gone }')).toBe(false);
    expect(tooDeep('{ ...A } fragment A on Q { ...B } fragment B on Q { ...A }')).toBe(false);
    expect(tooDeep('{ ...A } fragment A on Q { a { ...A } }')).toBe(true);
    const doubling = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Q { ...F${i + 1} ...F${i + 1} }`).join(
      ' ',
    );
    expect(tooDeep(`{ ...F0 } ${doubling} fragment F60 on Q { a }`)).toBe(false);
  });

  it('lets tools read the schema, but not without end', () => {
    expect(tooDeep(getIntrospectionQuery())).toBe(false);
    expect(tooDeep(`{ __schema ${nested(20)} }`)).toBe(true);
    expect(tooDeep(`{ a { __schema ${nested(12)} } }`)).toBe(true);
  });
});
