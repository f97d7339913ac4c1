import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../src/util/paths.js';
import { docker, inspect, type Options } from './docker.js';

/** A folder that the engine sees under the same path. */
export const work: string = process.env.TRIAL_WORK ?? '';
/** The images that docker-compose.yml builds. */
export const image = 'facesearch-server:default';
const measurements = join(work, 'measured.ndjson');

/** Keeps what a command writes in a file of that name. */
export function logTo(name: string): Pick<Options, 'onOutput'> {
  const path = join(work, `${name}.log`);
  writeFileSync(path, '');
  return { onOutput: (text) => appendFileSync(path, text) };
}

/** Notes a row of the table that the run ends with. */
export function measured(what: string, result: string): void {
  appendFileSync(measurements, `${JSON.stringify({ what, result })}\n`);
}

/** Markdown. */
export function measuredTable(): string {
  const rows = existsSync(measurements) ? readFileSync(measurements, 'utf8').trim().split('\n') : [];
  const cells = rows.map((row) => JSON.parse(row) as { what: string; result: string });
  return ['| what | result |', '|---|---|', ...cells.map(({ what, result }) => `| ${what} | ${result} |`)].join('\n');
}

/** Copies the files that git knows of the project, as they lie there, so that no .env or data of the developer takes part. */
export function copyProject(to: string): void {
  const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectRoot,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  for (const name of names.split('\0').filter((each) => each !== '' && existsSync(join(projectRoot, each)))) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(projectRoot, name), join(to, name));
  }
}

/**
 * What a build has to know of this machine's npm: a second compose file with the secrets of the Dockerfile.
 * @returns its arguments for `docker compose` and `docker build`
 */
export function buildSecrets(services: readonly string[]): { compose: string[]; build: string[] } {
  const setting = (name: string) => {
    const value = execFileSync('npm', ['config', 'get', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return ['null', 'undefined', ''].includes(value.trim()) ? undefined : value.trim();
  };
  const lines = ['registry', 'proxy', 'https-proxy'].flatMap((name) => {
    const value = setting(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const authority = setting('cafile') ?? process.env.NODE_EXTRA_CA_CERTS;
  if (authority) lines.push('cafile=/run/secrets/ca');
  const [npmrc, ca, override] = [join(work, 'npmrc'), join(work, 'ca'), join(work, `secrets-${services[0]}.yml`)];
  writeFileSync(npmrc, `${lines.join('\n')}\n`);
  writeFileSync(ca, authority ? readFileSync(authority) : '');
  const build = { build: { secrets: ['npmrc', 'ca'] } };
  const secrets = { npmrc: { file: npmrc }, ca: { file: ca } };
  writeFileSync(
    override,
    JSON.stringify({ services: Object.fromEntries(services.map((name) => [name, build])), secrets }),
  );
  return { compose: ['--file', override], build: ['--secret', `id=npmrc,src=${npmrc}`, '--secret', `id=ca,src=${ca}`] };
}

/** A compose file in a folder of its own, with an .env of its own. */
export class Compose {
  readonly folder: string;
  readonly #base: string[];

  /** @param name of the compose project and of the folder */
  constructor(name: string, file: string, settings: Record<string, string>, more: readonly string[] = []) {
    this.folder = join(work, name);
    copyProject(this.folder);
    this.configure(settings);
    this.#base = ['compose', '--project-name', `facesearch-trial-${name}`, '--file', file, ...more];
  }

  /** Writes .env anew. */
  configure(settings: Record<string, string>): void {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(this.folder, '.env'), lines.join(''));
  }

  run(args: readonly string[], options: Options = {}): Promise<string> {
    return docker([...this.#base, ...args], { cwd: this.folder, ...options });
  }

  /** The id of a service's container. */
  container(service: string): Promise<string> {
    return this.run(['ps', '--all', '--quiet', service]);
  }

  /** Nothing is left of it but the images. */
  async remove(): Promise<void> {
    await this.run(['--profile', '*', 'down', '--volumes', '--timeout', '5']);
  }
}

/** A port of this machine's loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Kills process 1 of a container as the kernel would, so that the engine believes it crashed. */
export async function crash(container: string): Promise<void> {
  const pid = await inspect(container, '{{.State.Pid}}');
  const kill = `process.kill(${pid}, 'SIGKILL')`;
  await docker(['run', '--rm', '--pid', 'host', '--user', '0', image, 'node', '--eval', kill]);
}
