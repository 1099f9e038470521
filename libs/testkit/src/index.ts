export { freePort } from '@altmap/embedded-postgres';
export { findProgram } from './find-program.ts';
export { freshDatabase } from './fresh-database.ts';
export { startPostgres, type TestPostgres } from './start-postgres.ts';
export { findRedisServer, startRedis, type TestRedis } from './start-redis.ts';
