import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { clearLeftovers, makeServerDirectory, rememberServer, removeServerDirectory } from './server-directory.ts';

/** A pid that no process has: that of a process which has just ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  if (child.pid === undefined) throw new Error('expected a process');
  return child.pid;
}

it('ends the server of an owner that is gone, and removes its files', async () => {
  const directory = await makeServerDirectory('leftover');
  const server = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { cwd: directory, stdio: 'ignore' });
  if (server.pid === undefined) throw new Error('expected a process');
  const exited = new Promise((resolve) => server.once('exit', (_code, signal) => resolve(signal)));
  await rememberServer(directory, server.pid);
  await writeFile(path.join(directory, 'owner.pid'), `${await deadPid()}\n`);

  await clearLeftovers();
  expect(await exited).toBe('SIGKILL');
  expect(existsSync(directory)).toBe(false);
});

it('leaves alone a process that only has the pid of the server', async () => {
  const directory = await makeServerDirectory('leftover');
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { cwd: '/', stdio: 'ignore' });
  if (stranger.pid === undefined) throw new Error('expected a process');
  await rememberServer(directory, stranger.pid);
  await writeFile(path.join(directory, 'owner.pid'), `${await deadPid()}\n`);

  await clearLeftovers();
  expect(existsSync(directory)).toBe(false);
  expect(stranger.exitCode).toBe(null);
  expect(stranger.signalCode).toBe(null);
  stranger.kill();
});

it('leaves alone what belongs to a process that lives', async () => {
  const directory = await makeServerDirectory('mine');
  await clearLeftovers();
  expect(existsSync(directory)).toBe(true);
  await removeServerDirectory(directory);
});
