import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { variables } from '../../src/config/schema.js';
import { projectRoot } from '../../src/util/paths.js';

const read = (...path: string[]) => readFileSync(join(projectRoot, ...path), 'utf8');

interface Service {
  image: string;
  pull_policy?: string;
  build?: { args: Record<string, string | null> };
  user?: string;
  environment?: Record<string, string>;
  volumes: string[];
  tmpfs: string[];
  networks: string[];
  read_only: boolean;
  cap_drop: string[];
  security_opt: string[];
  restart: string;
  stop_grace_period: string;
  healthcheck?: { start_interval: string };
  ports?: string[];
  deploy?: { resources: { limits: { cpus: string } } };
}

interface Compose {
  name: string;
  services: Record<string, Service>;
  networks?: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
}

const open = (file: string) => ({ file, ...(parse(read(file), { merge: true }) as Compose) });
const single = open('docker-compose.yml');
const scale = open('docker-compose.scale.yml');

/** A compose variable with its default, or with something that is not empty. */
function filled(text: string): string {
  const inner = text.replace(/\$\{\w+:\?[^}]*\}/g, 'secret').replace(/\$\{\w+:-([^${}]*)\}/g, '$1');
  return inner === text ? text : filled(inner);
}

describe.each([single, scale])('$file', ({ name, services, volumes }) => {
  const servers = Object.values(services).filter(({ build }) => build);

  it('the compose file names its project, so volumes do not follow the name of the folder', () => {
    expect(name).toMatch(/^facesearch(-scale)?$/);
  });

  it('the compose file builds each pack as its own image, and pulls no image of that name', () => {
    for (const { image, pull_policy, build } of servers) {
      expect(filled(image)).toBe('facesearch-server:default');
      expect(image).toContain('MODEL_PACK');
      expect(pull_policy).toBe('never');
      expect(build?.args).toEqual({
        MODEL_PACK: `\${MODEL_PACK:-default}`,
        ACCEPT_LICENCE: `\${ACCEPT_LICENCE:-}`,
        BASE: null,
      });
    }
  });

  it('the compose file pins the images that it pulls, and allows another registry instead', () => {
    for (const { image, build } of Object.values(services)) {
      if (!build) expect(image).toMatch(/^\$\{\w+_IMAGE:-[\w/]+:\d+\.\d+[\w.-]*\}$/);
    }
  });

  it('the compose file hardens every container', () => {
    for (const [service, each] of Object.entries(services)) {
      const { read_only, cap_drop, security_opt, restart, tmpfs } = each;
      expect({ read_only, cap_drop, security_opt, restart }, service).toEqual({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: 'unless-stopped',
      });
      // A folder in memory that has no size may take half of the machine's.
      for (const mount of tmpfs) expect(mount, service).toMatch(/:size=\d+m,mode=1777$/);
      // The image of the server has a user of its own.
      if (!each.build) expect(filled(each.user ?? ''), service).toMatch(/^[1-9]\d*:\d+$/);
    }
  });

  it('the compose file soon asks whether a container is ready', () => {
    for (const [service, { healthcheck, build }] of Object.entries(services)) {
      if (!build) expect(healthcheck?.start_interval, service).toBe('1s');
    }
    expect(read('Dockerfile')).toContain('--start-interval=1s');
  });

  it('the compose file gives the server variables that exist, values that they accept, and time to stop', () => {
    for (const { environment = {}, stop_grace_period } of servers) {
      const { ORT_DISABLE_TELEMETRY, ...own } = environment;
      expect(ORT_DISABLE_TELEMETRY).toBe('1');
      for (const [variable, value] of Object.entries(own)) {
        expect(variables).toHaveProperty(variable);
        const { schema } = variables[variable as keyof typeof variables];
        expect(schema.safeParse(filled(value)).success, variable).toBe(true);
      }
      expect(own.PORT).toBe('8080');
      expect(Number.parseInt(stop_grace_period, 10)).toBeGreaterThan(Number(variables.SHUTDOWN_GRACE.default));
    }
  });

  it('the compose file mounts files that exist', () => {
    for (const volume of Object.values(services).flatMap((service) => service.volumes)) {
      const [from = ''] = filled(volume).split(':');
      // Certificates are the operator's.
      if (from.startsWith('./') && from !== './tls') expect(existsSync(join(projectRoot, from)), from).toBe(true);
      if (!from.startsWith('./')) expect(volumes).toHaveProperty(from);
    }
  });
});

it('compose files write backups to a volume, or to a folder that BACKUPS names', () => {
  expect(single.services.facesearch?.volumes).toContain(`\${BACKUPS:-facesearch-backups}:/backups`);
  expect(read('Dockerfile')).toMatch(/install .*--owner=node .* \/data \/backups\b/m);
});

describe('compose for several servers', () => {
  const text = read('docker-compose.scale.yml');
  const { services, networks } = scale;
  const nginx = read('deploy', 'nginx.scale.conf');

  it('the compose file of several servers runs three servers that nginx knows', () => {
    const servers = Object.keys(services).filter((name) => name.startsWith('facesearch-'));
    expect(servers).toHaveLength(3);
    const known = [...nginx.matchAll(/^ +server (\S+):8080 resolve /gm)].map(([, name]) => name);
    expect(known).toEqual(servers);
  });

  it('the compose file of several servers holds no secret', () => {
    expect([...text.matchAll(/\$\{POSTGRES_PASSWORD(..)/g)].map(([, then]) => then)).toEqual([':?', ':?']);
    expect(read('.env.example')).toMatch(/^POSTGRES_PASSWORD=$/m);
  });

  it('the compose file of several servers starts on two cores', () => {
    for (const { deploy } of Object.values(services)) {
      expect(Number(filled(deploy?.resources.limits.cpus ?? ''))).toBeLessThanOrEqual(2);
    }
  });

  it('the compose file of several servers lets only nginx reach another network, or be reached', () => {
    for (const [name, { networks: own, ports }] of Object.entries(services)) {
      if (name === 'nginx') continue;
      expect(own, name).toEqual(['inner']);
      expect(ports, name).toBeUndefined();
    }
    expect(networks?.inner).toEqual({ internal: true });
  });
});

it.each(['nginx.conf', 'nginx.scale.conf'])('%s leaves limits to the server, and writes to memory only', (name) => {
  const nginx = read('deploy', name);
  const seconds = (directive: string) => Number(new RegExp(`^ +${directive} (\\d+)s;`, 'm').exec(nginx)?.[1]);
  expect(seconds('proxy_read_timeout') * 1000).toBeGreaterThan(Number(variables.REQUEST_DEADLINE.default));
  expect(seconds('client_body_timeout') * 1000).toBe(Number(variables.REQUEST_TIMEOUT.default));
  const keepAlive = new RegExp(/^ +keepalive_timeout (\d+)s;/m).exec(nginx)?.[1] ?? 60;
  expect(Number(keepAlive) * 1000).toBeLessThan(fastify().initialConfig.keepAliveTimeout ?? 0);
  expect(nginx).toContain('underscores_in_headers on;');
  expect(nginx).toContain('proxy_request_buffering off;');
  const written = nginx.match(/(?:_temp_path|^pid) [^;]+/gm) ?? [];
  expect(written).toHaveLength(6);
  for (const each of written) expect(each).toContain(' /tmp/');
});
