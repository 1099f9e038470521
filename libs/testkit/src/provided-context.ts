declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the Postgres that all test files of this run share. */
    postgresUrl: string;
    /** The Redis that all test files of this run share; null where none is on the PATH. */
    redisUrl: string | null;
  }
}

export {};
