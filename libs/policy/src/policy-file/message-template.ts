/** What a finding says: text and, in braces, the names of what is filled in. */
export interface MessageTemplate {
  readonly text: string;
  readonly pieces: readonly (string | { readonly name: string })[];
}

/** A brace of its own is written twice. */
const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/** Reads a template; gives the first thing in braces that is none of the names, where there is one. */
export function parseMessage(text: string, names: readonly string[]): MessageTemplate | { readonly unknown: string } {
  const pieces: (string | { name: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    pieces.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [token, name] = match;
    if (name !== undefined && names.includes(name)) pieces.push({ name });
    else if (token === '{{' || token === '}}') pieces.push(token.charAt(0));
    else return { unknown: token };
  }
  return { text, pieces: [...pieces, text.slice(end)].filter((piece) => piece !== '') };
}

export function renderMessage({ pieces }: MessageTemplate, values: Readonly<Record<string, string>>): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : (values[piece.name] ?? ''))).join('');
}
