import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { variables } from '../../src/config/schema.js';
import { Metrics } from '../../src/observability/metrics/metrics.js';
import { projectRoot } from '../../src/util/paths.js';
import { serverVersion } from '../../src/util/version.js';

const read = (...path: string[]) => readFileSync(join(projectRoot, ...path), 'utf8');

/** Names that a query may use: a histogram has three of them. */
async function queryableNames(): Promise<Set<string>> {
  const metrics = await new Metrics(() => undefined).registry.getMetricsAsJSON();
  return new Set(
    metrics.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

describe('the dashboard', () => {
  interface Panel {
    id: number;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string }[];
  }
  const { panels } = JSON.parse(read('deploy', 'grafana-dashboard.json')) as { panels: Panel[] };

  it('asks for metrics that exist, and for every metric of the server', async () => {
    const asked = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(?:facesearch|nodejs|process)_\w+/g) ?? []),
    );
    const existing = await queryableNames();
    expect(asked.filter((name) => !existing.has(name))).toEqual([]);
    const own = [...existing].filter((name) => name.startsWith('facesearch_')).map(withoutSuffix);
    expect(new Set(asked.filter((name) => name.startsWith('facesearch_')).map(withoutSuffix))).toEqual(new Set(own));
  });

  it('has panels with ids of their own that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { gridPos: p, title } of panels) {
      expect(p.x + p.w, title).toBeLessThanOrEqual(24);
      const over = panels.filter(
        ({ gridPos: q }) => q !== p && p.x < q.x + q.w && q.x < p.x + p.w && p.y < q.y + q.h && q.y < p.y + p.h,
      );
      expect(over, title).toEqual([]);
    }
  });
});

function withoutSuffix(name: string): string {
  return name.replace(/_(?:bucket|sum|count)$/, '');
}

describe('the Kubernetes manifests', () => {
  const documents = readdirSync(join(projectRoot, 'deploy', 'kubernetes')).flatMap((name) =>
    parseAllDocuments(read('deploy', 'kubernetes', name)).map((document) => {
      expect(document.errors, name).toEqual([]);
      return document.toJS();
    }),
  );
  const set = documents.find(({ kind }) => kind === 'StatefulSet');
  const [container] = set.spec.template.spec.containers;

  it('run one server on a volume of its own, with the probes that it answers', () => {
    expect(container.image).toBe(`facesearch-server:${serverVersion}`);
    expect(set.spec.replicas).toBe(1);
    expect(set.spec.volumeClaimTemplates).toHaveLength(1);
    expect(container.readinessProbe.httpGet.path).toBe('/ready');
    expect(container.livenessProbe.httpGet.path).toBe('/health');
    expect(container.volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
  });

  it('set variables that exist to values that they take, and leave time to close', () => {
    for (const { name, value } of container.env) {
      expect(variables).toHaveProperty(name);
      expect(variables[name as keyof typeof variables].schema.safeParse(value).success, name).toBe(true);
    }
    const grace = Number(variables.SHUTDOWN_GRACE.default);
    expect(set.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(grace);
  });

  it('select the pods that they make', () => {
    const { labels } = set.spec.template.metadata;
    expect(set.spec.selector.matchLabels).toEqual(labels);
    for (const { kind, spec } of documents) {
      if (kind === 'Service') expect(spec.selector).toEqual(labels);
      if (kind === 'NetworkPolicy') expect(spec.podSelector.matchLabels).toEqual(labels);
    }
    expect(documents.map(({ kind }) => kind)).toContain(`NetworkPolicy`);
  });
});

it('compose gives the server more time to close than it takes', () => {
  const { facesearch } = parse(read('docker-compose.yml')).services;
  expect(Number.parseInt(facesearch.stop_grace_period, 10)).toBeGreaterThan(Number(variables.SHUTDOWN_GRACE.default));
});

describe('compose for several servers', () => {
  interface Service {
    image: string;
    environment: Record<string, string>;
    volumes: string[];
    networks: string[];
    read_only: boolean;
    cap_drop: string[];
    restart: string;
    stop_grace_period: string;
    healthcheck?: { test: string[] };
    ports?: string[];
  }
  const text = read('docker-compose.scale.yml');
  const { services, networks, volumes } = parse(text, { merge: true }) as {
    services: Record<string, Service>;
    networks: Record<string, { internal?: boolean } | null>;
    volumes: Record<string, unknown>;
  };
  const nginx = read('deploy', 'nginx.scale.conf');
  const servers = Object.entries(services).filter(([name]) => name.startsWith('facesearch-'));

  it('runs three servers that nginx knows, with variables that exist and values that they take', () => {
    expect(servers).toHaveLength(3);
    const known = [...nginx.matchAll(/^ +server (\S+):8080 resolve /gm)].map(([, name]) => name);
    expect(known).toEqual(servers.map(([name]) => name));
    for (const [, server] of servers) {
      expect(server.environment.PORT).toBe('8080');
      for (const [name, value] of Object.entries(server.environment)) {
        expect(variables).toHaveProperty(name);
        const filled = value.replace(/\$\{POSTGRES_PASSWORD:\?[^}]*\}/, 'secret');
        expect(variables[name as keyof typeof variables].schema.safeParse(filled).success, name).toBe(true);
      }
      expect(Number.parseInt(server.stop_grace_period, 10)).toBeGreaterThan(Number(variables.SHUTDOWN_GRACE.default));
    }
  });

  it('holds no secret, pins what it pulls, and mounts what is there', () => {
    expect([...text.matchAll(/\$\{POSTGRES_PASSWORD(..)/g)].map(([, then]) => then)).toEqual([':?', ':?']);
    expect(read('.env.example')).toMatch(/^POSTGRES_PASSWORD=$/m);
    const mounts = Object.values(services).flatMap((service) => service.volumes.map((volume) => volume.split(':')));
    for (const [from = ''] of mounts) {
      // Certificates are the operator's.
      if (from.startsWith('./') && from !== './tls') expect(existsSync(join(projectRoot, from)), from).toBe(true);
      if (!from.startsWith('./')) expect(volumes).toHaveProperty(from);
    }
    for (const { image } of Object.values(services)) expect(image).toMatch(/^facesearch-server$|:\d+\.\d+/);
  });

  it('gives no container more than it needs', () => {
    for (const [name, { read_only, cap_drop, restart, networks: own, ports }] of Object.entries(services)) {
      expect({ read_only, cap_drop, restart }, name).toEqual({
        read_only: true,
        cap_drop: ['ALL'],
        restart: 'unless-stopped',
      });
      if (name === 'nginx') continue;
      // No way out, and none in but through nginx.
      expect(own, name).toEqual(['inner']);
      expect(ports, name).toBeUndefined();
    }
    expect(networks.inner).toEqual({ internal: true });
  });

  it('nginx waits longer than a server lets a call wait, and keeps idle connections for a shorter time', () => {
    const seconds = (directive: string) => Number(new RegExp(`^ +${directive} (\\d+)s;`, 'm').exec(nginx)?.[1]);
    expect(seconds('proxy_read_timeout') * 1000).toBeGreaterThan(Number(variables.REQUEST_DEADLINE.default));
    expect(seconds('client_body_timeout') * 1000).toBe(Number(variables.REQUEST_TIMEOUT.default));
    expect(seconds('keepalive_timeout') * 1000).toBeLessThan(fastify().initialConfig.keepAliveTimeout ?? 0);
    expect(nginx).toContain('underscores_in_headers on;');
  });
});

it('the systemd unit starts what the build makes, and leaves time to close', () => {
  const unit = read('deploy', 'facesearch.service');
  const { start } = JSON.parse(read('package.json')).scripts as { start: string };
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  expect(value('ExecStart')).toBe(start.replace('exec node', '/usr/bin/node'));
  expect(Number(value('TimeoutStopSec'))).toBeGreaterThan(Number(variables.SHUTDOWN_GRACE.default));
});
