import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUILT_IN_POLICY, BUILT_IN_POLICY_TEXT } from './built-in-policy.ts';
import { readPolicy } from './read-policy.ts';

const said = (text: string): string[] =>
  readPolicy(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

test('the built-in policy reads as any other, and can be extended by rules that come before its own', () => {
  expect(readPolicy(BUILT_IN_POLICY_TEXT)).toEqual({ policy: BUILT_IN_POLICY, problems: [] });
  const { policy } = readPolicy(`version: 1
name: ours
extends: built-in
rules:
  - { code: MOVE_OOPS, about: verdict, when: { basis: what-if, outcome: oops }, severity: critical }
`);
  expect(policy?.rules).toHaveLength(BUILT_IN_POLICY.rules.length + 1);
  expect(policy?.rules[0]).toMatchObject({ code: 'MOVE_OOPS', title: expect.stringContaining('another page size') });
});

test('everything that a target can say', () => {
  const { policy } = readPolicy(`version: 1
name: plan
targets:
  - name: next
    pageSize: 64K
    release: "6.12.117"
    config: { FS_DAX: y, DEV_DAX: n, ARM64_VA_BITS: 52 }
    hosts: { labels: ["env in (prod, stage)", "!canary"], pageSize: [4K, 16384], release: ">=6.1" }
`);
  expect(policy?.targets).toMatchObject([
    {
      name: 'next',
      pageSize: 65536,
      release: { major: 6, minor: 12, patch: 117 },
      config: [
        { symbol: 'FS_DAX', to: { type: 'y' } },
        { symbol: 'DEV_DAX', to: { type: 'not-set' } },
        { symbol: 'ARM64_VA_BITS', to: { type: 'number', value: 52 } },
      ],
      hosts: { labels: [{ op: 'in' }, { op: 'absent' }], pageSize: [4096, 16384], release: { text: '>=6.1' } },
    },
  ]);
});

test('every problem is named with line, column and what was expected, in the order of the file', () => {
  expect(
    said(`version: 1
name: fleet
targets:
  - name: next
    pageSize: 8K
    release: 6.10
rules:
  - code: X_Y
    about: verdict
    when: { basis: own, outcom: refused, reason: FOO }
    severity: fatal
  - code: Z
    about: nothing
    severity: none
`),
  ).toEqual([
    '5:15 expected 4K, 16K or 64K, got "8K"',
    '6:14 expected a kernel release X.Y.Z, in quotes',
    expect.stringMatching(/^10:33 unknown: outcom; expected basis, target, question, outcome,/),
    '10:50 no reason is called "FOO": see altmap explain',
    '11:15 expected critical, warning, info, none, got "fatal"',
    '13:12 expected about: verdict, config or unplaced',
  ]);
});

test.each([
  ['', '1:1 expected a mapping with version, name, extends, targets, rules'],
  ['[1, 2]', '1:1 expected a mapping with version, name, extends, targets, rules'],
  ['version: 2\nname: a\n', '1:10 expected 1, the version of this form'],
  ['name: a\n', '1:1 expected 1, the version of this form'],
  ['version: 1\nname: a\nname: b\n', '3:1 Map keys must be unique'],
  ['version: 1\nname: "a\n', '3:1 Missing closing "quote'],
  [
    'version: 1\nname: a\ntargets:\n  - name: next\n',
    '4:5 expected at least one of pageSize, release, config: else it is',
  ],
  [
    'version: 1\nname: a\ntargets:\n  - { name: x, pageSize: 4K }\n  - { name: x, pageSize: 16K }\n',
    '5:13 expected a name of its own, "x" is taken',
  ],
  [
    'version: 1\nname: a\nrules:\n  - { code: A, about: unplaced, severity: info }\n',
    '4:13 expected a title for the new code A',
  ],
  [
    'version: 1\nname: a\nrules:\n  - { code: A, title: t, about: verdict, when: { target: [x] }, severity: info }\n',
    '4:59 there is no target "x" in this policy',
  ],
  [
    'version: 1\nname: a\nrules:\n  - code: A\n    title: t\n    about: unplaced\n    severity: info\n    message: "{x}"\n',
    '8:14 {x} means nothing here: expected {range}, {missing}, or {{ for a brace',
  ],
])('%j', (text, problem) => {
  const [first = ''] = said(text);
  expect(first.startsWith(problem) ? problem : first).toBe(problem);
});

test('a text that unfolds to a large one is refused', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `l${i}: &l${i} [${i === 0 ? 'x' : `*l${i - 1}, *l${i - 1}, *l${i - 1}, *l${i - 1}`}]`,
  );
  expect(said(levels.join('\n')).length).toBeGreaterThan(0);
  expect(said('#'.repeat(300_000))).toEqual(['1:1 expected at most 262144 characters']);
});

test('never throws, whatever the text', () => {
  const piece = fc.constantFrom(
    ...BUILT_IN_POLICY_TEXT.split(/(\s+|[:{}[\],])/),
    '&a',
    '*a',
    '!!',
    '\0',
    '- ',
    '? ',
    '|',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { policy, problems } = readPolicy(pieces.join(''));
      expect(policy === null).toBe(problems.length > 0);
      expect(problems.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
