import type { JobHandler } from '@altmap/core';
import type { JobName } from '@altmap/protocol';
import { expect, it } from 'vitest';
import { handlersByName } from './handlers-by-name.ts';

const handler = (name: string): JobHandler => ({
  name: name as JobName,
  handle: async () => {},
  dead: async () => {},
});

it('gives each job its one handler', () => {
  const handlers = ['sweep', 'check-report', 'deliver-notification'].map(handler);
  expect(handlersByName(handlers).sweep).toBe(handlers[0]);
});

it('lists every job without a handler, with several, and every handler without a job', () => {
  expect(() => handlersByName(['sweep', 'sweep', 'make-coffee'].map(handler))).toThrow(
    'the worker cannot start: check-report: no handler; deliver-notification: no handler; ' +
      'sweep: 2 handlers, expected one; make-coffee: a handler, but no such job',
  );
});
