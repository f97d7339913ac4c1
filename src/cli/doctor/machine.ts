import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config/config.js';
import { about, type Finding, gigabytes } from './finding.js';

/** The oldest version that package.json's `engines` allows, and the oldest that still gets security fixes. */
const OLDEST_NODE: readonly [number, number] = [20, 9];
const OLDEST_MAINTAINED_NODE = 22;

export function checkNode(version = process.versions.node): Finding {
  const { ok, warn, fail } = about('node');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const change = 'Install Node.js 24 or 22, then run `npm ci` again.';
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    return fail(`Node.js ${version} is too old`, change);
  }
  // Odd versions live for half a year.
  if (major < OLDEST_MAINTAINED_NODE || major === 23) {
    return warn(`Node.js ${version} gets no security fixes any more`, change);
  }
  return ok(`Node.js ${version}`);
}

/** @param cpuinfo text of /proc/cpuinfo, where there is one */
export function checkProcessor(cpuinfo = read('/proc/cpuinfo'), arch = process.arch): Finding {
  const { ok, warn } = about('processor');
  const model = cpus()[0]?.model.trim() || arch;
  if (arch !== 'x64') return ok(`${model} (${arch})`);
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(cpuinfo ?? '')?.[1]?.split(' '));
  if (flags.size === 0) return ok(`${model}; its features are not known on this system`);
  if (!flags.has('avx2')) {
    return warn(
      `${model} has no AVX2: the models run several times slower`,
      'In a virtual machine, let the guest see the host processor (cpu type "host").',
    );
  }
  if (!flags.has('avx512f')) return ok(`${model}, AVX2 (with AVX-512 the models run faster still)`);
  return ok(`${model}, AVX-512${flags.has('avx512_vnni') ? ' with VNNI' : ''}`);
}

/** @param quota cores that a control group grants; undefined is no limit */
export function checkCores(
  { WORKERS }: Pick<Config, 'WORKERS'>,
  cores = availableParallelism(),
  quota = cpuQuota(),
): Finding {
  const { ok, warn } = about('cores');
  const usable = Math.min(cores, quota ?? cores);
  const seen = quota !== undefined && quota < cores ? `${quota} of ${cores} cores are granted` : `${cores} cores`;
  const set = `set WORKERS=${Math.max(1, Math.floor(usable))}`;
  if (WORKERS > usable) {
    return warn(`${seen}, but WORKERS is ${WORKERS}: calls wait for one another`, `Give it more cores, or ${set}.`);
  }
  if (usable < 2) return warn(`${seen}: uploads and models share it`, 'Two cores or more are advised.');
  return ok(`${seen}, WORKERS is ${WORKERS}`);
}

/**
 * Resident memory: the process, each worker, each face, and the largest photo that is decoded. docs/operations.md has the same
 * numbers; a test compares both, and the bytes of a face with a measurement.
 */
export const MEMORY = {
  process: 150e6,
  worker: 100e6,
  /** By the kind of the vector index. */
  face: { auto: 850, scan: 850, hnsw: 1_650 },
  bytesPerPixel: 3,
  /** Weights that the number for a worker contains: those of the default pack, about. */
  lightWeights: 20e6,
  /** Of a worker for each byte of weights beyond: ONNX Runtime keeps them, and again in the order that it computes in. */
  bytesPerWeight: 2.5,
};

/**
 * @param faces undefined where they are not in this process, or cannot be counted
 * @param weights bytes of the pack's prepared weights
 */
export function checkMemory(
  { WORKERS, MAX_PIXELS, VECTOR_INDEX }: Pick<Config, 'WORKERS' | 'MAX_PIXELS' | 'VECTOR_INDEX'>,
  faces: number | undefined,
  total = memoryLimit(),
  weights = 0,
): Finding {
  const { ok, warn, fail } = about('memory');
  const heavy = Math.max(0, weights - MEMORY.lightWeights) * MEMORY.bytesPerWeight;
  const steady = MEMORY.process + WORKERS * (MEMORY.worker + heavy) + (faces ?? 0) * MEMORY.face[VECTOR_INDEX];
  const most = steady + WORKERS * MAX_PIXELS * MEMORY.bytesPerPixel;
  const need = `${gigabytes(steady)} for ${WORKERS} workers${faces === undefined ? '' : ` and ${faces} faces`}, ${gigabytes(most)} while they decode the largest photos`;
  const less = 'Give it more memory, or set WORKERS or MAX_PIXELS lower.';
  if (steady > total) return fail(`${gigabytes(total)} are too little: ${need}`, less);
  if (most > total * 0.8) return warn(`${gigabytes(total)} are little: ${need}`, less);
  return ok(`${gigabytes(total)}; ${need}`);
}

/**
 * Looks at the clock twice.
 * @param newest time of the newest thing that is known, in milliseconds
 */
export async function checkClock(newest: number = builtAt(), now: () => number = Date.now): Promise<Finding[]> {
  const { ok, warn, fail } = about('clock');
  const findings: Finding[] = [];
  const [wall, steady] = [now(), performance.now()];
  await sleep(200);
  const drift = now() - wall - (performance.now() - steady);
  const shown = new Date(wall).toISOString();
  if (wall < newest - 86_400_000) {
    findings.push(
      fail(
        `it says ${shown}, which is before this server was built`,
        'Set the clock, and let NTP keep it (chrony or systemd-timesyncd).',
      ),
    );
  } else if (Math.abs(drift) > 100) {
    findings.push(
      warn(
        `it jumped by ${Math.round(drift)} ms within 200 ms`,
        'See that one service only sets the clock (chrony or systemd-timesyncd).',
      ),
    );
  } else findings.push(ok(shown));
  const zone = process.env.TZ;
  const used = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !isZone(zone)) {
    findings.push(
      warn(
        `the time zone TZ=${zone} is not known; ${used} is used`,
        'Set TZ to a name such as Asia/Ho_Chi_Minh, or unset it.',
      ),
    );
  } else findings.push(ok(`time zone ${used}; logs and the database use UTC`));
  return findings;
}

/** TZ may begin with a colon, as for the C library. */
function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone.replace(/^:/, '') });
    return true;
  } catch {
    // A path or a rule such as CET-1CEST: the C library takes them, and so does Node.
    return /^:?\/|^[A-Za-z]{3,}[-+]?\d/.test(zone);
  }
}

function builtAt(): number {
  return statSync(fileURLToPath(import.meta.url)).mtimeMs;
}

/** Bytes that this process may have: of the machine, or of its control group. */
function memoryLimit(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Cores by cgroup v2 or v1; Node's own count does not know them. */
function cpuQuota(): number | undefined {
  const [quota, period] = read('/sys/fs/cgroup/cpu.max')?.trim().split(' ') ?? [
    read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')?.trim(),
    read('/sys/fs/cgroup/cpu/cpu.cfs_period_us')?.trim(),
  ];
  const cores = Number(quota) / Number(period);
  return cores > 0 && Number.isFinite(cores) ? Math.round(cores * 10) / 10 : undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
