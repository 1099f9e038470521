import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config } from './config.ts';
import { redact } from './redact.ts';

export type { Logger } from 'pino';

/** Property names whose values are never written, at the top of a log object and one level down. */
const SECRET_KEYS = ['authorization', 'cookie', 'token', 'secret', 'password'];

/**
 * JSON lines on stderr. Two nets for secrets: known property names are censored, and every finished line is searched for
 * what looks like a token, a webhook secret or a URL with a password (a driver's error message can hold one).
 */
export function createLogger(
  config: Pick<Config, 'ALTMAP_LOG_LEVEL'>,
  name: string,
  stream: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      name,
      level: config.ALTMAP_LOG_LEVEL,
      timestamp: stdTimeFunctions.isoTime,
      redact: {
        paths: [...SECRET_KEYS, ...SECRET_KEYS.map((key) => `*.${key}`), '*.headers.authorization'],
        censor: '[redacted]',
      },
      hooks: { streamWrite: redact },
    },
    stream,
  );
}
