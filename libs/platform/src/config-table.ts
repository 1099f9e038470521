import { CLI_VARIABLES, VARIABLES } from './config.ts';

const TITLES = { all: 'all', api: 'API', worker: 'worker', standalone: '`npm start`', cli: 'command line' } as const;

function shownDefault(value: unknown): string {
  if (value === undefined) return '';
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return text === '' ? '' : `\`${text}\``;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The Markdown table of every variable, for the README. */
export function renderConfigTable(): string {
  const rows = Object.entries(VARIABLES).map(([name, variable]) => {
    const unset = variable.schema.safeParse(undefined);
    const fallback = unset.success ? shownDefault(unset.data) : 'required';
    return [`\`${name}\``, TITLES[variable.role], fallback, variable.description];
  });
  for (const [name, description] of Object.entries(CLI_VARIABLES)) {
    rows.push([`\`${name}\``, TITLES.cli, '', description]);
  }
  const lines = [['Variable', 'Read by', 'Default', 'Meaning'], ['---', '---', '---', '---'], ...rows];
  return `${lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')}\n`;
}
