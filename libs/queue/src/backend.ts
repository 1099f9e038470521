import type { IQueueBackend, Processor, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import { openPostgresBackend } from './postgres-backend.ts';
import { openRedisBackend } from './redis-backend.ts';

export type BullQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, unknown>;
export type BullWorker = Worker<unknown, unknown, string, IQueueBackend>;
export type BullProcessor = Processor<unknown, unknown, string>;

/** One process's connections to where jobs wait: Redis or Postgres, of which nothing else in this library knows. */
export interface Backend {
  queue(name: string, options: Omit<QueueOptions, 'connection'>): BullQueue;
  worker(name: string, processor: BullProcessor, options: Omit<WorkerOptions, 'connection'>): BullWorker;
  /** Ends the connections. Queues and workers must be closed before. */
  close(): Promise<void>;
}

export interface BackendOptions {
  /** `add`: a command fails when the backend is away, so that its caller can go on. `run`: it waits for the backend. */
  readonly use: 'add' | 'run';
  /** Most connections to Postgres; Redis needs one, and one more for each worker. */
  readonly connections: number;
  readonly onError: (error: Error) => void;
}

export type OpenBackend = (url: string, options: BackendOptions) => Backend;

/** Longest that one command of the `add` use may take, in milliseconds. */
export const COMMAND_MS = 4_000;

export function isPostgresUrl(url: string): boolean {
  return url.startsWith('postgres://') || url.startsWith('postgresql://');
}

export function openBackend(url: string, options: BackendOptions): Backend {
  return isPostgresUrl(url) ? openPostgresBackend(url, options) : openRedisBackend(url, options);
}
