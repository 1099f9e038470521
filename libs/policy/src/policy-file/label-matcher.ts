/** One condition on a host's labels. `!=` also holds where the label is not there, as in Prometheus and Kubernetes. */
export type LabelMatcher =
  | { readonly label: string; readonly op: '=' | '!='; readonly value: string }
  | { readonly label: string; readonly op: 'in' | 'notin'; readonly values: readonly string[] }
  | { readonly label: string; readonly op: 'exists' | 'absent' };

export const LABEL_MATCHER_FORMS = 'label=value, label!=value, label in (a, b), label notin (a, b), label or !label';

const NAME = '[A-Za-z0-9_][A-Za-z0-9_./-]*';
const EQUALS = new RegExp(`^(${NAME})\\s*(=|!=)\\s*(.*)$`);
const AMONG = new RegExp(`^(${NAME})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const PRESENT = new RegExp(`^(!?)\\s*(${NAME})$`);

/** Reads one condition; null for what has none of the forms. Values hold anything but, in a list, commas and brackets. */
export function parseLabelMatcher(text: string): LabelMatcher | null {
  const trimmed = text.trim();
  const among = AMONG.exec(trimmed);
  if (among !== null) {
    const [, label = '', op, list = ''] = among;
    const values = list.split(',').map((value) => value.trim());
    return values.includes('') ? null : { label, op: op === 'in' ? 'in' : 'notin', values };
  }
  const equals = EQUALS.exec(trimmed);
  if (equals !== null) {
    const [, label = '', op, value = ''] = equals;
    return { label, op: op === '=' ? '=' : '!=', value };
  }
  const present = PRESENT.exec(trimmed);
  if (present === null) return null;
  const [, not, label = ''] = present;
  return { label, op: not === '' ? 'exists' : 'absent' };
}

/** The text that parseLabelMatcher() reads as this condition. */
export function labelMatcherText(matcher: LabelMatcher): string {
  switch (matcher.op) {
    case '=':
    case '!=':
      return `${matcher.label}${matcher.op}${matcher.value}`;
    case 'in':
    case 'notin':
      return `${matcher.label} ${matcher.op} (${matcher.values.join(', ')})`;
    case 'exists':
      return matcher.label;
    case 'absent':
      return `!${matcher.label}`;
  }
}

export function matchesLabels(matchers: readonly LabelMatcher[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every((matcher) => {
    const value = Object.hasOwn(labels, matcher.label) ? labels[matcher.label] : undefined;
    switch (matcher.op) {
      case '=':
        return value === matcher.value;
      case '!=':
        return value !== matcher.value;
      case 'in':
        return value !== undefined && matcher.values.includes(value);
      case 'notin':
        return value === undefined || !matcher.values.includes(value);
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
    }
  });
}
