import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** A process that the benchmark started and will end. */
export interface Child {
  readonly pid: number;
  /** The last 8 KB of standard output and error, for the message when something goes wrong. */
  output(): string;
  /** Whole standard output, for tools whose result is read from there. */
  stdout(): string;
  /** Resolves with the exit code (or 128 after a signal) once the process is gone. */
  readonly exited: Promise<number>;
  /** Asks with SIGTERM, insists with SIGKILL after two seconds; resolves once the process is gone. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 2_000;
const OUTPUT_TAIL_CHARACTERS = 8_192;

const running = new Map<number, ChildProcess>();

export function startChild(command: Command): Child {
  const child = spawn(command.file, command.args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let tail = '';
  const remember = (text: string): void => {
    tail = (tail + text).slice(-OUTPUT_TAIL_CHARACTERS);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    remember(text);
  });
  child.stderr.setEncoding('utf8').on('data', remember);
  const exited = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      remember(error.message);
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? 128));
  });
  const pid = child.pid ?? 0;
  if (pid !== 0) running.set(pid, child);
  void exited.then(() => running.delete(pid));
  return { pid, output: () => tail, stdout: () => stdout, exited, stop: () => stopChild(child) };
}

/** Runs a command to its end and gives its standard output; a failure carries what the command said. */
export async function runToEnd(command: Command): Promise<string> {
  const child = startChild(command);
  const code = await child.exited;
  if (code !== 0) {
    throw new Error(`${command.file} ended with code ${code}:\n${child.output()}`);
  }
  return child.stdout();
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(insist);
}

/** Ends at once whatever is still running; synchronous, so that it also works while the process exits. */
export function killRemainingChildren(): void {
  for (const child of running.values()) child.kill('SIGKILL');
}
