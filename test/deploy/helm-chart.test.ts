import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { variables } from '../../src/config/schema.js';
import { projectRoot } from '../../src/util/paths.js';
import { serverVersion } from '../../src/util/version.js';

const chart = join(projectRoot, 'deploy', 'helm', 'facesearch');
const read = (...path: string[]) => readFileSync(join(chart, ...path), 'utf8');
const templates = readdirSync(join(chart, 'templates')).map((name) => read('templates', name));

describe('the Helm chart', () => {
  const values = parse(read('values.yaml'));
  const scale = parse(read('values-scale.yaml'));

  it('the Helm chart has the version of the server', () => {
    const { version, appVersion } = parse(read('Chart.yaml'));
    expect({ version, appVersion }).toEqual({ version: serverVersion, appVersion: serverVersion });
  });

  it('the Helm chart has values that its schema accepts, and the schema refuses unknown names', () => {
    const accepts = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(read('values.schema.json')));
    for (const each of [values, scale]) expect(accepts(each), JSON.stringify(accepts.errors)).toBe(true);
    expect(accepts({ replica: 3 })).toBe(false);
    expect(accepts({ env: { lower: 'x' } })).toBe(false);
  });

  it('the Helm chart uses values that exist', () => {
    const used = templates.flatMap((text) => text.match(/\.Values(?:\.\w+)+/g) ?? []);
    expect(used.length).toBeGreaterThan(30);
    for (const path of used) {
      const holder = path.split('.').slice(2, -1);
      const at = holder.reduce((object, name) => object[name], values);
      expect(at, path).toHaveProperty(path.split('.').at(-1) ?? '');
    }
  });

  it('the Helm chart leaves time to stop, and asks the probes that the server answers', () => {
    expect(values.terminationGracePeriodSeconds).toBeGreaterThan(Number(variables.SHUTDOWN_GRACE.default));
    expect(values.probes.readiness.httpGet.path).toBe('/ready');
    expect(values.probes.liveness.httpGet.path).toBe('/health');
  });

  it('the Helm chart sets variables that exist', () => {
    const set = templates.flatMap((text) => [...text.matchAll(/- name: ([A-Z][A-Z0-9_]+)\n/g)].map(([, name]) => name));
    expect(set).toContain('ORT_DISABLE_TELEMETRY');
    // ONNX Runtime's own.
    const own = set.filter((name) => name !== 'ORT_DISABLE_TELEMETRY');
    for (const name of [...own, ...Object.keys(scale.env)]) expect(variables).toHaveProperty(String(name));
  });
});

/** As the parser gives it: its shape differs by kind, and is what is tested. */
type Manifest = ReturnType<typeof parse>;

const helm = findHelm();

/** Undefined where this machine has none: `scripts/container/helm.sh install` fetches one. */
function findHelm(): string | undefined {
  try {
    return execFileSync(join(projectRoot, 'scripts', 'container', 'helm.sh'), { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function run(...args: string[]): string {
  return execFileSync(helm ?? '', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function render(...args: string[]): Manifest[] {
  return parseAllDocuments(run('template', 'facesearch', chart, ...args)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

const scaleFile = join(chart, 'values-scale.yaml');
const one = (manifests: Manifest[], kind: string): Manifest => manifests.find((each) => each.kind === kind);

/** What every rendering must hold, whatever its values. */
function expectSound(manifests: Manifest[], workload: Manifest): void {
  const { labels } = workload.spec.template.metadata;
  const { containers, volumes = [], ...pod } = workload.spec.template.spec;
  const [container] = containers;
  expect(labels).toMatchObject(workload.spec.selector.matchLabels);
  for (const { kind, spec } of manifests) {
    if (kind === 'Service') expect(labels).toMatchObject(spec.selector);
    if (kind === 'NetworkPolicy') expect(labels).toMatchObject(spec.podSelector.matchLabels);
  }
  expect(container.image).toBe(`facesearch-server:${serverVersion}`);
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  for (const { name, value } of container.env) {
    if (name === 'ORT_DISABLE_TELEMETRY') expect(value).toBe('1');
    else if (value !== undefined) {
      expect(variables[name as keyof typeof variables].schema.safeParse(value).success, name).toBe(true);
    }
  }
  const claims = (workload.spec.volumeClaimTemplates ?? []) as { metadata: { name: string } }[];
  const named = [...volumes, ...claims.map(({ metadata }) => metadata)].map(({ name }: { name: string }) => name);
  expect(container.volumeMounts.map(({ name }: { name: string }) => name).sort()).toEqual(named.sort());
}

describe.skipIf(helm === undefined)('the Helm chart, rendered (skipped where there is no helm)', () => {
  it('helm lints the chart without a complaint', () => {
    expect(run('lint', '--strict', chart)).toContain('0 chart(s) failed');
    expect(run('lint', '--strict', chart, '--values', scaleFile)).toContain('0 chart(s) failed');
  });

  it('the rendered chart runs one server on its own volume, which may connect to nothing', () => {
    const manifests = render();
    const set = one(manifests, 'StatefulSet');
    expectSound(manifests, set);
    expect(set.spec.replicas).toBe(1);
    expect(set.spec.volumeClaimTemplates).toHaveLength(1);
    const headless = manifests.find(({ metadata }) => metadata.name === set.spec.serviceName);
    expect(headless?.spec.clusterIP).toBe('None');
    expect(one(manifests, 'NetworkPolicy').spec.egress).toEqual([]);
    expect(one(manifests, 'ServiceMonitor')).toBeUndefined();
  });

  it('the rendered chart runs several servers on one PostgreSQL, and restarts one after the other', () => {
    const manifests = render('--values', scaleFile);
    const deployment = one(manifests, 'Deployment');
    expectSound(manifests, deployment);
    expect(deployment.spec.replicas).toBe(3);
    expect(deployment.spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    const url = deployment.spec.template.spec.containers[0].env.find(
      ({ name }: { name: string }) => name === 'DATABASE_URL',
    );
    expect(url.valueFrom.secretKeyRef).toEqual({ name: 'facesearch', key: 'DATABASE_URL' });
    expect(one(manifests, 'PodDisruptionBudget').spec.maxUnavailable).toBe(1);
    expect(one(manifests, 'NetworkPolicy').spec.egress).toHaveLength(3);
  });

  it('the rendered chart has a ServiceMonitor when it is asked for one', () => {
    const manifests = render('--set', 'metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.labels.release=p');
    const { spec } = one(manifests, 'ServiceMonitor');
    const scraped = manifests.filter(
      ({ kind, spec: { ports = [] } }) =>
        kind === 'Service' && ports.some(({ name }: { name: string }) => name === spec.endpoints[0].port),
    );
    expect(scraped.map(({ metadata }) => metadata.name)).toEqual(['facesearch-pods']);
    expect(one(manifests, 'StatefulSet').spec.template.metadata.annotations).toBeNull();
  });

  it('the rendered chart mounts existing claims, and keeps the photos of several servers on one volume', () => {
    const existing = render('--set', 'persistence.existingClaim=mine,backups.existingClaim=theirs');
    expectSound(existing, one(existing, 'StatefulSet'));
    const shared = ['--values', scaleFile, '--set', 'persistence.enabled=true,persistence.accessModes={ReadWriteMany}'];
    const manifests = render(...shared);
    expectSound(manifests, one(manifests, 'Deployment'));
    expect(one(manifests, 'PersistentVolumeClaim').spec.accessModes).toEqual(['ReadWriteMany']);
  });

  it.each([
    [['--set', 'replicas=3'], /Several servers need one database/],
    [['--set', 'persistence.enabled=false'], /all data would be lost/],
    [['--values', scaleFile, '--set', 'persistence.enabled=true'], /ReadWriteMany/],
    [['--set', 'workers=0'], /workers/],
    [['--set', 'replica=1'], /replica/],
  ])('the chart refuses %j in a sentence', (args, sentence) => {
    expect(() => run('template', 'facesearch', chart, ...args)).toThrow(sentence);
  });
});
