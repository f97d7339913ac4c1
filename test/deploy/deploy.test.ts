import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { variables } from '../../src/config/schema.js';
import { Metrics } from '../../src/observability/metrics/metrics.js';
import { projectRoot } from '../../src/util/paths.js';

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

  it('the dashboard asks for metrics that exist, and for every metric of the server', async () => {
    const asked = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(?:facesearch|nodejs|process)_\w+/g) ?? []),
    );
    const existing = await queryableNames();
    expect(asked.filter((name) => !existing.has(name))).toEqual([]);
    const own = [...existing].filter((name) => name.startsWith('facesearch_')).map(withoutSuffix);
    expect(new Set(asked.filter((name) => name.startsWith('facesearch_')).map(withoutSuffix))).toEqual(new Set(own));
  });

  it('the dashboard has panels with unique ids that do not overlap', () => {
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

it('the systemd unit starts what the build makes, and leaves time to stop', () => {
  const unit = read('deploy', 'facesearch.service');
  const { start } = JSON.parse(read('package.json')).scripts as { start: string };
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  expect(value('ExecStart')).toBe(start.replace('exec node', '/usr/bin/node'));
  expect(Number(value('TimeoutStopSec'))).toBeGreaterThan(Number(variables.SHUTDOWN_GRACE.default));
});
