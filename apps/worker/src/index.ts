export { type RunningWorker, startWorker, type WorkerDependencies } from './start-worker.ts';
