import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type MessageTemplate, parseMessage } from './message-template.ts';
import type { HostMatcher, Policy, PolicyRule, PolicyTarget } from './policy.ts';
import { MESSAGE_NAMES, PolicyForm } from './policy-form.ts';

/** What is wrong in a policy file. Line and column from 1. */
export interface PolicyProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ReadPolicy {
  /** null where there are problems. */
  readonly policy: Policy | null;
  readonly problems: readonly PolicyProblem[];
}

/** Characters. A policy is written by people. */
const LONGEST = 262_144;

const DEFAULT_MESSAGE = {
  verdict: '{sentence}',
  config: '{release}: {why}',
  unplaced: '{range} cannot be judged: missing {missing}',
} as const;

type Path = readonly PropertyKey[];
type RuleForm = NonNullable<PolicyForm['rules']>[number];
type Complain = (path: Path, message: string) => void;

/** Reads a policy from YAML 1.2. Never throws for a text. @param base what `extends: built-in` brings in */
export function parsePolicy(text: string, base: Policy | null): ReadPolicy {
  const problems: PolicyProblem[] = [];
  if (text.length > LONGEST) {
    return { policy: null, problems: [{ line: 1, column: 1, message: `expected at most ${LONGEST} characters` }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const at = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ line: Math.max(1, line), column: Math.max(1, col), message });
  };
  for (const { pos, message } of document.errors) at(pos[0], message);
  if (problems.length > 0) return { policy: null, problems };

  const complain: Complain = (path, message) => at(offsetOf(document.contents, path), message);
  const parsed = PolicyForm.safeParse(valueOf(document));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) complain(pathOf(issue), issue.message);
    return { policy: null, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  }
  const policy = policyOf(parsed.data, base, complain);
  return problems.length === 0 ? { policy, problems } : { policy: null, problems };
}

/** Aliases are refused when there are many: they could make a small text large. */
function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** A key that should not be there is where the problem is, not the mapping around it. */
function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
}

/** Where the deepest part of a path begins that is there. A key that is at the end of the path is shown itself. */
function offsetOf(contents: unknown, path: Path): number {
  let node = contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [i, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === String(step));
      if (pair === undefined || !isNode(pair.key)) return offset;
      const isLast = i === path.length - 1;
      node = pair.value;
      const shown = isNode(node) && (!isLast || node.range?.[0] !== node.range?.[1]) ? node : pair.key;
      offset = shown.range?.[0] ?? offset;
    } else if (isNode(node) && 'items' in node && Array.isArray(node.items)) {
      node = node.items[Number(step)];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function policyOf(form: PolicyForm, base: Policy | null, complain: Complain): Policy {
  const targets = (form.targets ?? []).map((target, i): PolicyTarget => {
    if (form.targets?.findIndex(({ name }) => name === target.name) !== i) {
      complain(['targets', i, 'name'], `expected a name of its own, "${target.name}" is taken`);
    }
    const { name, pageSize = null, release = null, config = {} } = target;
    if (pageSize === null && release === null && Object.keys(config).length === 0) {
      complain(['targets', i], 'expected at least one of pageSize, release, config: else it is the own kernel');
    }
    const changes = Object.entries(config).map(([symbol, to]) => ({ symbol, to }));
    return { name, pageSize, release, config: changes, hosts: hostsOf(target.hosts) };
  });
  const inherited = form.extends === undefined ? [] : (base?.rules ?? []);
  const forms = form.rules ?? [];
  const titles = new Map<string, string>();
  for (const { code, title } of [...forms, ...inherited]) {
    if (title !== undefined && !titles.has(code)) titles.set(code, title);
  }
  const rules = forms.map((rule, i): PolicyRule => {
    const title = titles.get(rule.code);
    if (title === undefined) complain(['rules', i, 'code'], `expected a title for the new code ${rule.code}`);
    if (rule.about === 'verdict') {
      for (const [j, name] of (rule.when.target ?? []).entries()) {
        if (!targets.some((target) => target.name === name)) {
          complain(['rules', i, 'when', 'target', j], `there is no target "${name}" in this policy`);
        }
      }
    }
    return ruleOf(rule, title ?? '', (message) => complain(['rules', i, 'message'], message));
  });
  return { name: form.name, targets, rules: [...rules, ...inherited] };
}

function ruleOf(form: RuleForm, title: string, complain: (message: string) => void): PolicyRule {
  const { code, severity, about } = form;
  const message = messageOf(form.message ?? DEFAULT_MESSAGE[about], about, complain);
  const base = { code, title, severity, message, hosts: hostsOf(form.hosts) };
  if (form.about === 'unplaced') return { ...base, about: form.about };
  if (form.about === 'config') {
    const { lacks = null, symbols, deviceMemory = null } = form.when;
    const wanted = symbols === undefined ? null : Object.entries(symbols);
    return {
      ...base,
      about: form.about,
      when: { lacks, deviceMemory, symbols: wanted?.map(([symbol, values]) => ({ symbol, values })) ?? null },
    };
  }
  const { when } = form;
  return {
    ...base,
    about: form.about,
    when: {
      basis: when.basis ?? null,
      target: when.target ?? null,
      question: when.question ?? null,
      outcome: when.outcome ?? null,
      reason: when.reason ?? null,
      mode: when.mode ?? null,
      map: when.map ?? null,
      today: when.today ?? null,
      oopsOnRemoval: when.oopsOnRemoval ?? null,
      lostAtLeast: when.lostAtLeast ?? null,
      dramAtLeast: when.dramAtLeast ?? null,
    },
  };
}

function messageOf(text: string, about: RuleForm['about'], complain: (message: string) => void): MessageTemplate {
  const template = parseMessage(text, MESSAGE_NAMES[about]);
  if (!('unknown' in template)) return template;
  complain(
    `${template.unknown} means nothing here: expected {${MESSAGE_NAMES[about].join('}, {')}}, or {{ for a brace`,
  );
  return { text, pieces: [] };
}

function hostsOf(form: RuleForm['hosts']): HostMatcher {
  return { labels: form?.labels ?? [], pageSize: form?.pageSize ?? null, release: form?.release ?? null };
}
