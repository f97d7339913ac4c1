import { blobUrl, h, svg } from './dom.js';
import { t } from './words.js';

/** A photo with what the server sees in it. */
export function picture(photo, report, signal) {
  const thick = Math.max(report.width, report.height) / 250;
  const drawing = svg('svg', {
    viewBox: `0 0 ${report.width} ${report.height}`,
    'aria-hidden': 'true',
    class: 'marks',
  });
  for (const [i, face] of report.faces.entries()) {
    const { x, y, width, height } = face.box;
    const kind = !face.isPerson ? 'aside' : face.fault || face.isSmall ? 'bad' : 'good';
    const size = thick * 9;
    drawing.append(
      svg('rect', { x, y, width, height, rx: thick * 2, class: `box ${kind}`, 'stroke-width': thick }),
      ...face.outline.map((point) => svg('circle', { cx: point.x, cy: point.y, r: thick * 0.6, class: 'landmark' })),
      ...face.fivePoints.map((point) => svg('circle', { cx: point.x, cy: point.y, r: thick * 1.1, class: 'anchor' })),
      svg(
        'text',
        { x: x + thick * 2, y: Math.max(size, y - thick * 2), 'font-size': size, class: 'number' },
        String(i + 1),
      ),
    );
  }
  const alt = t('picture.alt', { n: report.faces.length });
  return h('figure', { class: 'picture' }, h('img', { src: blobUrl(photo, signal), alt }), drawing);
}

const marks = {
  passed: { sign: '✓', kind: 'good' },
  failed: { sign: '✗', kind: 'bad' },
  let: { sign: '–', kind: '' },
};

/** The verdict of each check, in the order in which a call makes them. */
export function verdicts(report) {
  const rows = [];
  // What a call with these options would take has failed no check that counts.
  const failed = report.refusal ? 'failed' : 'let';
  const add = (name, passed, detail) => rows.push({ name, verdict: passed ? 'passed' : failed, detail });
  add(t('check.size'), true, `${report.width} × ${report.height}`);
  if (report.idCard) {
    const { probability, threshold, isIdCard } = report.idCard;
    add(t('check.card'), !isIdCard, probability === null ? t('check.not-asked') : score(probability, threshold));
  }
  const people = report.faces.filter(({ isPerson }) => isPerson);
  add(t('check.faces'), people.length === 1, String(people.length));
  for (const [i, face] of report.faces.entries()) {
    if (!face.isPerson) continue;
    const of = people.length > 1 ? ` (${i + 1})` : '';
    const share = Math.round((100 * face.box.width * face.box.height) / (report.width * report.height));
    add(
      t('check.close') + of,
      face.fault !== 'too-close',
      t('check.share', { px: Math.round(face.box.width), n: share }),
    );
    const { score: points, advice } = face.quality;
    const why = advice.map((one) => t(`advice.${one}`));
    const isLow = report.refusal?.reason === 'low-quality';
    add(t('check.quality') + of, !isLow, [t('check.points', { n: points }), ...why].join('; '));
    if (!face.scores || !report.thresholds) continue;
    for (const cover of ['mask', 'sunglasses', 'hat']) {
      const threshold = report.thresholds[cover];
      add(t(`check.${cover}`) + of, face.scores[cover] < threshold, score(face.scores[cover], threshold));
    }
  }
  return h(
    'table',
    { class: 'verdicts' },
    h('caption', { class: 'visually-hidden' }, t('check.title')),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, t('check.check')),
        h('th', { scope: 'col' }, t('check.verdict')),
        h('th', { scope: 'col' }, t('check.measured')),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map(({ name, verdict, detail }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, name),
          h('td', { class: marks[verdict].kind }, `${marks[verdict].sign} ${t(`check.${verdict}`)}`),
          h('td', {}, detail),
        ),
      ),
    ),
  );
}

function score(value, threshold) {
  return t('check.score', { value: value.toFixed(2), threshold: threshold.toFixed(2) });
}
