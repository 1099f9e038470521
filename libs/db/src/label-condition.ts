import type { LabelMatcher } from '@altmap/policy';
import { type RawBuilder, sql } from 'kysely';

/** matchesLabels() in SQL, on host.labels. */
export function labelCondition(matchers: readonly LabelMatcher[]): RawBuilder<boolean> {
  if (matchers.length === 0) return sql<boolean>`true`;
  return sql<boolean>`(${sql.join(matchers.map(conditionOf), sql` and `)})`;
}

function conditionOf(matcher: LabelMatcher): RawBuilder<boolean> {
  const value = sql`host.labels ->> ${matcher.label}`;
  switch (matcher.op) {
    case '=':
      return sql`${value} = ${matcher.value}`;
    case '!=':
      return sql`${value} is distinct from ${matcher.value}`;
    case 'in':
      return sql`coalesce(${value} = any(${[...matcher.values]}::text[]), false)`;
    case 'notin':
      return sql`not coalesce(${value} = any(${[...matcher.values]}::text[]), false)`;
    case 'exists':
      return sql`${value} is not null`;
    case 'absent':
      return sql`${value} is null`;
  }
}
