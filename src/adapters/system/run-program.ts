import { spawn } from 'node:child_process';
import type { ChildProgram } from '../../ports/advisor.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Runs a program of others to its end. It inherits nothing, has no terminal, and is killed when
 * it takes longer than `timeoutMs`.
 *
 * @throws with the cause in words when it cannot be run, fails or takes too long
 */
export const programRunner =
  (clock: Pick<Clock, 'after'>, timeoutMs: number) =>
  ({ command, args, env, directory }: ChildProgram, input: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = spawn(command, [...args], {
        ...{ cwd: directory, env: { ...env }, shell: false, windowsHide: true },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const cancelTimer = clock.after(timeoutMs, () => child.kill('SIGKILL'));
      child.on('error', (cause) => {
        cancelTimer();
        reject(new Error(`${command} cannot be run: ${cause.message}`, { cause }));
      });
      child.on('close', (code, signal) => {
        cancelTimer();
        if (code === 0) resolve();
        else if (signal === null) reject(new Error(`${command} ended with code ${code}`));
        else reject(new Error(`${command} was ended by ${signal} after up to ${timeoutMs} ms`));
      });
      // Whoever does not read what it is told says so by how it ends.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });

/** Which desktop's notifications can be shown here; null where none are known. */
export const desktopKind = (): 'linux' | 'darwin' | null =>
  process.platform === 'linux' || process.platform === 'darwin' ? process.platform : null;
