import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { generate, PostgresDialect } from 'kysely-codegen';
import { migrateToLatest } from '../src/migrate.ts';

interface ListedColumn {
  readonly column: string;
  readonly nullable: boolean;
  readonly definition: string;
}

/** The values of columns that a CHECK constraint lists, as TypeScript unions: 'report.state' -> "'received' | 'checked'". */
async function listedColumns<DB>(db: Kysely<DB>): Promise<Record<string, string>> {
  const { rows } = await sql<ListedColumn>`
    select c.relname || '.' || a.attname as column, not a.attnotnull as nullable,
      pg_get_constraintdef(k.oid) as definition
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'c' and cardinality(k.conkey) = 1 and k.connamespace = 'public'::regnamespace
  `.execute(db);
  const unions: Record<string, string> = {};
  for (const { column, nullable, definition } of rows) {
    const list = /^CHECK \(\(\w+ = ANY \(ARRAY\[(.*)\]\)\)\)$/.exec(definition)?.[1];
    if (list === undefined) continue;
    const values = list.split(', ').map((value) => value.replace(/::text$/, ''));
    unions[column] = [...values, ...(nullable ? ['null'] : [])].join(' | ');
  }
  return unions;
}

function format(source: string): string {
  const biome = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));
  const run = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=schema.generated.ts'], {
    input: source,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`biome: ${run.stderr}`);
  return run.stdout;
}

/** Migrates the empty database behind `url` and gives the types of its tables as a TypeScript module. */
export async function renderSchema(url: string): Promise<string> {
  const dialect = new PostgresDialect();
  const db = await dialect.introspector.connect({ connectionString: url, dialect });
  try {
    await migrateToLatest(db, { log: () => {} });
    const source = await generate({
      db,
      dialect,
      excludePattern: 'kysely_*',
      overrides: { columns: await listedColumns(db) },
      typeMapping: { int8: 'number', jsonb: 'Jsonb', timestamptz: 'Date' },
      customImports: { Jsonb: './jsonb.ts' },
    });
    return format(source.replaceAll(/^export (interface (?!DB\b)|type )/gm, '$1'));
  } finally {
    await db.destroy();
  }
}
