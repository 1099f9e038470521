import { REASONS } from '@altmap/vmemmap';

const INTRODUCTION = `# Reasons

Every verdict has one of these codes. \`altmap explain CODE\` says the same on a terminal. Generated from \`libs/vmemmap/src/reasons.ts\` by
\`npm run generate\`.
`;

/** The pages of docs/reasons/, by file name. */
export function reasonPages(): ReadonlyMap<string, string> {
  const codes = Object.entries(REASONS).sort(([a], [b]) => (a < b ? -1 : 1));
  const index = codes.map(([code, { title }]) => `| [${code}](${code}.md) | ${title} |`).join('\n');
  const pages = new Map([['README.md', `${INTRODUCTION}\n| code | |\n|---|---|\n${index}\n`]]);
  for (const [code, reason] of codes) {
    const rows = [
      ['In the kernel', reason.source],
      ['Since', reason.since],
      ['What to do', reason.whatToDo],
    ];
    const facts = rows.map(([name, text]) => `**${name}.** ${text}\n`).join('\n');
    pages.set(`${code}.md`, `# ${code}\n\n${reason.title}.\n\n${reason.meaning}\n\n${facts}`);
  }
  return pages;
}
