import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ ALTMAP_LOG_LEVEL: 'info' }, 'test', { write: (line) => lines.push(line) }));
  return lines.join('');
}

describe('createLogger', () => {
  it('writes one JSON object a line, with the name and an ISO time', () => {
    const line = JSON.parse(logged((logger) => logger.info({ a: 1 }, 'hello')));
    expect(line).toMatchObject({ name: 'test', a: 1, msg: 'hello', level: 30 });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  });

  it('says nothing below its level', () => {
    expect(logged((logger) => logger.debug('quiet'))).toBe('');
  });

  it('censors what is known to be secret by its name', () => {
    const text = logged((logger) =>
      logger.info({
        req: { headers: { authorization: 'hunter2' } },
        token: 'hunter2',
        receiver: { secret: 'hunter2' },
      }),
    );
    expect(text).not.toContain('hunter2');
    expect(text.match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('censors what looks like a secret, wherever it stands', () => {
    const token = ['a', 'e', 'r', 'o', 'm'].map((kind) => `alt${kind}_${'x'.repeat(43)}`).join(' ');
    const text = logged((logger) => {
      logger.error({ err: new Error('connect postgres://altmap:hunter2@db:5432/altmap failed') });
      logger.info(`somebody sent ${token} and Bearer hunter2hunter2`);
      logger.info({ deep: { er: { url: 'redis://:hunter2@cache', key: 'whsec_aHVudGVyMg==' } } });
    });
    expect(text).not.toMatch(/hunter2|aHVudGVyMg|xxx/);
    expect(text).toContain('postgres://altmap:[redacted]@db:5432/altmap');
    for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});
