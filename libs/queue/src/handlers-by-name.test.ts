import type { JobHandler } from '@altmap/core';
import { JOBS, type JobName } from '@altmap/protocol';
import { expect, it } from 'vitest';
import { handlersByName } from './handlers-by-name.ts';

const handler = (name: string): JobHandler => ({
  name: name as JobName,
  handle: async () => {},
  dead: async () => {},
});

it('gives each job its one handler', () => {
  const handlers = Object.keys(JOBS).map(handler);
  expect(handlersByName(handlers)['check-report']).toBe(handlers[0]);
});

it('lists every job without a handler, with several, and every handler without a job', () => {
  const others = Object.keys(JOBS).filter((name) => !['sweep', 'check-report'].includes(name));
  expect(() => handlersByName([...others, 'sweep', 'sweep', 'make-coffee'].map(handler))).toThrow(
    'the worker cannot start: check-report: no handler; sweep: 2 handlers, expected one; ' +
      'make-coffee: a handler, but no such job',
  );
});
