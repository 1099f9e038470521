import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticLog } from './diagnostic.ts';
import { isJsonObject, type Json, readJsonValues } from './json-values.ts';

/** Plain values, so that they can be compared with JSON.parse. */
function plain(value: Json): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries([...value.fields].map(([name, inner]) => [name, plain(inner)]));
}

function read(text: string): {
  values: unknown[];
  others: string[];
  remarks: [number | null, number | null, string][];
} {
  const log = new DiagnosticLog('json');
  const { values, others } = readJsonValues(text, log);
  return {
    values: values.map(plain),
    others: others.map((other) => other.text),
    remarks: log.list().map((d) => [d.line, d.column ?? null, d.severity]),
  };
}

describe('readJsonValues', () => {
  it('reads several values with status lines between them', () => {
    const text =
      'created 1 namespace\n{"dev":"namespace0.0"}\n[\n  {"a":[1,2,{}]}\n]\nusage: daxctl list [<options>]\n[<options>]\n';
    expect(read(text)).toEqual({
      values: [{ dev: 'namespace0.0' }, [{ a: [1, 2, {}] }]],
      others: ['created 1 namespace', 'usage: daxctl list [<options>]', '[<options>]'],
      remarks: [],
    });
  });

  it('keeps integers that a double cannot hold', () => {
    expect(read('{"iset_id":13312958398157623569,"n":-1989147235780849392,"x":9007199254740991}').values).toEqual([
      { iset_id: 13312958398157623569n, n: -1989147235780849392n, x: 9007199254740991 },
    ]);
  });

  it('knows the line of an object', () => {
    const { values } = readJsonValues('\n\n[\n{"a":1},\n\n{"b":2}]', new DiagnosticLog('json'));
    const [list] = values;
    expect(Array.isArray(list) ? list.map((o) => (isJsonObject(o) ? o.line : null)) : null).toEqual([4, 6]);
  });

  it.each<[string, string, unknown[], [number, number, string][]]>([
    [
      'a comma before the end',
      '[\n  {"a":1,},\n]',
      [[{ a: 1 }]],
      [
        [2, 10, 'warning'],
        [3, 1, 'warning'],
      ],
    ],
    ['a missing comma', '{\n  "a":1\n  "b":2\n}', [{ a: 1, b: 2 }], [[3, 3, 'warning']]],
    ['"..." for what was left out', '[\n  {"a":1},\n  ...\n]', [[{ a: 1 }]], [[3, 3, 'error']]],
    ['a cut end', '[\n  {"a":1,\n   "b":[2,', [[{ a: 1, b: [2] }]], [[3, 11, 'error']]],
    [
      'a cut string',
      '{"a":"b',
      [{ a: 'b' }],
      [
        [1, 6, 'error'],
        [1, 8, 'error'],
      ],
    ],
    ['a name without value', '{"a":,\n"b":1}', [{ b: 1 }], [[1, 6, 'error']]],
    ['the wrong bracket', '[{"a":1]\n[2]', [[{ a: 1 }], [2]], [[1, 8, 'error']]],
    ['a bare word', '{"a":yes,\n"b":1}', [{ b: 1 }], [[1, 6, 'error']]],
  ])('reads on after %s', (_what, text, values, remarks) => {
    const found = read(text);
    expect(found.values).toEqual(values);
    expect(found.remarks).toEqual(remarks);
  });

  it('stops at a depth that no tool prints', () => {
    const { remarks } = read(`${'['.repeat(100_000)}1`);
    expect(remarks[0]).toEqual([1, 33, 'error']);
  });

  it('agrees with JSON.parse on all JSON', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))),
        fc.constantFrom(0, 2),
        (all, indent) => {
          const text = all.map((value) => JSON.stringify(value, null, indent)).join('\n');
          const expected = all.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
          const found = read(text);
          expect(found.values).toEqual(JSON.parse(JSON.stringify(expected), exactly));
          expect(found.remarks).toEqual([]);
        },
      ),
    );
  });

  it('never throws, and goes on to the end of any text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'a',
      '1',
      '-',
      '\n',
      ' ',
      'true',
      'null',
      '"a":',
      '\u0000',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 60 }).map((p) => p.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const { values } = readJsonValues(`${text}\n{"end":1}`, new DiagnosticLog('json'));
          expect(values.length + text.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Integers above 2^53 - 1 come as bigint. */
function exactly(_name: string, value: unknown): unknown {
  return typeof value === 'number' &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    !String(value).includes('e')
    ? BigInt(String(value))
    : value;
}
