import { z } from 'zod';

const MOST_CHARACTERS = 256;

function isRegExp(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

/** One condition on a label of an alert, as Prometheus writes them; a label that is not there is ''. */
export const Matcher = z
  .strictObject({
    name: z.string().min(1).max(MOST_CHARACTERS),
    op: z.enum(['=', '!=', '=~', '!~']),
    value: z.string().max(MOST_CHARACTERS),
  })
  .refine(({ op, value }) => !op.endsWith('~') || isRegExp(value), 'expected a regular expression');
export type Matcher = z.infer<typeof Matcher>;

export const Matchers = z.array(Matcher).max(50);

/** Reads `name=value`, `name!=value`, `name=~pattern` or `name!~pattern`. @throws Error saying what was expected. */
export function parseMatcher(text: string): Matcher {
  const [, name, op, value] = /^([^=!~]+)(=~|!~|!=|=)(.*)$/s.exec(text) ?? [];
  const parsed = Matcher.safeParse({ name: name?.trim(), op, value });
  if (parsed.success) return parsed.data;
  throw new Error(`"${text}": expected NAME=VALUE, NAME!=VALUE, NAME=~PATTERN or NAME!~PATTERN`);
}

export function formatMatcher({ name, op, value }: Matcher): string {
  return `${name}${op}${value}`;
}
