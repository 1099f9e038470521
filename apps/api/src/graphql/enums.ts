import { registerEnumType } from '@nestjs/graphql';

/** GraphQL names on the left, what is stored and said elsewhere on the right. */
export const Outcome = {
  OK: 'ok',
  OK_DRAM: 'ok-dram',
  REFUSED: 'refused',
  OOPS: 'oops',
  UNSUPPORTED: 'unsupported',
  UNKNOWN: 'unknown',
} as const;
registerEnumType(Outcome, {
  name: 'Outcome',
  description: 'What the kernel would do',
  valuesMap: {
    OK: { description: 'Comes up as asked' },
    OK_DRAM: { description: 'Comes up, but with its struct pages in DRAM although the device was asked for' },
    REFUSED: { description: 'The kernel says no: see errno and message' },
    OOPS: { description: 'The kernel crashes' },
    UNSUPPORTED: { description: 'This config or version cannot do it at all' },
    UNKNOWN: { description: 'An input is missing: see missing' },
  },
});

export const Basis = { OWN: 'own', WHAT_IF: 'what-if', PLANNED: 'planned' } as const;
registerEnumType(Basis, {
  name: 'Basis',
  valuesMap: {
    OWN: { description: 'The kernel that the host runs' },
    WHAT_IF: { description: 'The same release and config carried over to another page size' },
    PLANNED: { description: 'A kernel that the policy in force names: see target' },
  },
});

export const Question = { AS_IS: 'as-is', MADE_ANEW: 'made-anew' } as const;
registerEnumType(Question, {
  name: 'Question',
  valuesMap: {
    AS_IS: { description: 'Boot the target over what lies on the medium' },
    MADE_ANEW: { description: 'Create a namespace with map=dev there under the target' },
  },
});

export const SeverityEnum = { INFO: 'info', WARNING: 'warning', CRITICAL: 'critical' } as const;
registerEnumType(SeverityEnum, { name: 'Severity' });

export const TokenKindEnum = {
  AGENT: 'agent',
  ENROLL: 'enroll',
  READER: 'reader',
  OPERATOR: 'operator',
  ADMIN: 'admin',
} as const;
registerEnumType(TokenKindEnum, {
  name: 'TokenKind',
  valuesMap: {
    AGENT: { description: 'Of a host, which gets it by enrolling' },
    ENROLL: { description: 'May enrol hosts and nothing else' },
    READER: { description: 'Scope read' },
    OPERATOR: { description: 'Scopes read and operate' },
    ADMIN: { description: 'Scopes read, operate and admin' },
  },
});

export const ReceiverKindEnum = {
  WEBHOOK: 'webhook',
  SLACK: 'slack',
  EMAIL: 'email',
  ALERTMANAGER: 'alertmanager',
  PAGERDUTY: 'pagerduty',
} as const;
registerEnumType(ReceiverKindEnum, { name: 'ReceiverKind' });

export const FindingState = { OPEN: 'open', WAIVED: 'waived', RESOLVED: 'resolved', ALL: 'all' } as const;
registerEnumType(FindingState, {
  name: 'FindingState',
  valuesMap: { WAIVED: { description: 'Not resolved, but covered by a waiver: nobody is alerted' } },
});

export const ReportStateEnum = { RECEIVED: 'received', CHECKED: 'checked', FAILED: 'failed' } as const;
registerEnumType(ReportStateEnum, {
  name: 'ReportState',
  valuesMap: {
    RECEIVED: { description: 'Stored whole; waits for a worker' },
    CHECKED: { description: 'Judged' },
    FAILED: { description: 'Given up: see failure' },
  },
});

export const StepVerdict = { PASS: 'pass', FAIL: 'fail', UNKNOWN: 'unknown', NOTE: 'note' } as const;
registerEnumType(StepVerdict, { name: 'StepVerdict' });

export const DiagnosticSeverity = { ERROR: 'error', WARNING: 'warning', INFO: 'info' } as const;
registerEnumType(DiagnosticSeverity, { name: 'DiagnosticSeverity' });

export type ValueOf<T> = T[keyof T];
