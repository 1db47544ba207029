import { readFileSync } from 'node:fs';

/** CPU time that a process and its descendants have used since they began, in microseconds. */
export interface CpuTime {
  readonly userMicroseconds: number;
  readonly systemMicroseconds: number;
}

/** /proc counts in USER_HZ, which Linux fixes at 100 per second for every architecture Node runs on. */
const MICROSECONDS_PER_TICK = 10_000;
const KILOBYTE = 1_024;

/** All threads of the process, and all its descendants: nothing a proxy does is left out. */
export function cpuTimeOf(pid: number): CpuTime {
  const times = processTree(pid).map((each) =>
    parseCpuTime(readFileSync(`/proc/${each}/stat`, 'latin1')),
  );
  return {
    userMicroseconds: times.reduce((sum, time) => sum + time.userMicroseconds, 0),
    systemMicroseconds: times.reduce((sum, time) => sum + time.systemMicroseconds, 0),
  };
}

/** Resident memory of the process and its descendants, in bytes. */
export function residentBytesOf(pid: number): number {
  return processTree(pid)
    .map((each) => parseResidentBytes(readFileSync(`/proc/${each}/status`, 'latin1')))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** Reads utime and stime of proc_pid_stat(5); the command name before them may hold spaces and parentheses. */
export function parseCpuTime(stat: string): CpuTime {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    userMicroseconds: Number(fields[11]) * MICROSECONDS_PER_TICK,
    systemMicroseconds: Number(fields[12]) * MICROSECONDS_PER_TICK,
  };
}

/** Reads VmRSS of proc_pid_status(5). */
export function parseResidentBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KILOBYTE;
}

function processTree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  if (children === '') return [pid];
  return [pid, ...children.split(' ').flatMap((child) => processTree(Number(child)))];
}
