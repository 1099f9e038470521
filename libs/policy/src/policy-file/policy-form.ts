import { parseRelease } from '@altmap/kernel-data';
import { type ConfigValue, isReasonCode, type PageSize } from '@altmap/vmemmap';
import { z } from 'zod';
import { LABEL_MATCHER_FORMS, type LabelMatcher, parseLabelMatcher } from './label-matcher.ts';
import type { Loss } from './policy.ts';
import { parseReleaseRange, RELEASE_RANGE_FORM } from './release-range.ts';

/** What can stand in braces in a message, by what the rule is about. */
export const MESSAGE_NAMES = {
  verdict: ['range', 'sentence', 'outcome', 'reason', 'pageSize', 'release', 'target', 'lost', 'dram', 'remedy'],
  config: ['release', 'pageSize', 'why', 'missing'],
  unplaced: ['range', 'missing'],
} as const;

const PAGE_SIZES: Readonly<Record<string, PageSize>> = { '4K': 4096, '16K': 16384, '64K': 65536 };
const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** A value that is read from a text; `expected` is what the error says. */
function read<T>(expected: string, parse: (text: string) => T | null) {
  return z.string({ error: `expected ${expected}, in quotes` }).transform((text, context): T => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}, got "${text}"` });
    return z.NEVER;
  });
}

function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, { error: ({ input }) => `expected ${values.join(', ')}, got ${JSON.stringify(input)}` });
}

/** One value stands for a list of one. */
function listOf<T extends z.ZodType>(item: T) {
  const list = z.array(item).min(1, { error: 'expected at least one value' });
  return z.preprocess((value) => (Array.isArray(value) ? value : [value]), list);
}

const pageSize = z.preprocess(
  (value) => (typeof value === 'number' ? `${value / 1024}K` : value),
  read('4K, 16K or 64K', (text) => PAGE_SIZES[text.toUpperCase()] ?? null),
);

const release = read('a kernel release X.Y.Z', (text) => parseRelease(text).release);

const loss = read('a size as "1 GiB" or a share as "5%"', (text): Loss | null => {
  const [, number = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)\s*(B|KiB|MiB|GiB|TiB|%)$/.exec(text.trim()) ?? [];
  if (unit === '') return null;
  return unit === '%' ? { share: Number(number) / 100 } : { bytes: Number(number) * (UNITS[unit] ?? 1) };
});

const symbol = z.string().regex(/^(?!CONFIG_)[A-Z0-9][A-Za-z0-9_]*$/, {
  error: 'expected a config symbol without CONFIG_',
});

const configValue = z
  .union([oneOf(['y', 'm', 'n']), z.int().min(0)], { error: 'expected y, m, n or a whole number' })
  .transform((value): ConfigValue => {
    if (typeof value === 'number') return { type: 'number', value };
    return { type: value === 'n' ? 'not-set' : value };
  });

const name = z.string({ error: 'expected a name' }).regex(/^[a-z][a-z0-9.-]{0,62}$/, {
  error: 'expected a name: small letters, digits, dots and hyphens, a letter first',
});

const strict = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') {
        return `unknown: ${issue.keys.join(', ')}; expected ${Object.keys(shape).join(', ')}`;
      }
      return issue.code === 'invalid_type' ? `expected a mapping with ${Object.keys(shape).join(', ')}` : undefined;
    },
  });

const labelMatcher = read<LabelMatcher>(LABEL_MATCHER_FORMS, parseLabelMatcher);

const hosts = strict({
  labels: listOf(labelMatcher).optional(),
  pageSize: listOf(pageSize).optional(),
  release: read(RELEASE_RANGE_FORM, parseReleaseRange).optional(),
}).optional();

const target = strict({
  name,
  pageSize: pageSize.optional(),
  release: release.optional(),
  config: z.record(symbol, configValue).optional(),
  hosts,
});

const outcomes = listOf(oneOf(['ok', 'ok-dram', 'refused', 'oops', 'unsupported', 'unknown'])).optional();

const rule = {
  code: z.string({ error: 'expected a code' }).regex(/^[A-Z][A-Z0-9_]{0,62}$/, {
    error: 'expected a code: capital letters, digits and _, a letter first',
  }),
  title: z.string().min(1).max(200).optional(),
  severity: oneOf(['critical', 'warning', 'info', 'none']),
  message: z.string().min(1).max(1_000).optional(),
  hosts,
};

const verdictRule = strict({
  ...rule,
  about: z.literal('verdict'),
  when: strict({
    basis: listOf(oneOf(['own', 'what-if', 'planned'])).optional(),
    target: listOf(name).optional(),
    question: listOf(oneOf(['as-is', 'made-anew'])).optional(),
    outcome: outcomes,
    reason: listOf(
      z.string().refine(isReasonCode, { error: ({ input }) => `no reason is called "${input}": see altmap explain` }),
    ).optional(),
    mode: listOf(oneOf(['fsdax', 'devdax', 'raw', 'sector', 'kmem'])).optional(),
    map: listOf(oneOf(['dev', 'mem'])).optional(),
    today: outcomes,
    oopsOnRemoval: z.boolean().optional(),
    lostAtLeast: loss.optional(),
    dramAtLeast: loss.optional(),
  }),
});

const configRule = strict({
  ...rule,
  about: z.literal('config'),
  when: strict({
    lacks: listOf(oneOf(['zone-device', 'pfn', 'altmap-honoured'])).optional(),
    symbols: z.record(symbol, listOf(oneOf(['y', 'm', 'n']))).optional(),
    deviceMemory: z.boolean().optional(),
  }),
});

const unplacedRule = strict({ ...rule, about: z.literal('unplaced') });

/** A policy file, as it stands in YAML. */
export const PolicyForm = strict({
  version: z.literal(1, { error: 'expected 1, the version of this form' }),
  name,
  extends: z.literal('built-in', { error: 'expected built-in, the only policy that can be extended' }).optional(),
  targets: z.array(target).max(8, { error: 'expected at most 8 targets' }).optional(),
  rules: z
    .array(
      z.discriminatedUnion('about', [verdictRule, configRule, unplacedRule], {
        error: 'expected about: verdict, config or unplaced',
      }),
      { error: 'expected a list of rules' },
    )
    .max(200, { error: 'expected at most 200 rules' })
    .optional(),
});
export type PolicyForm = z.infer<typeof PolicyForm>;
