/** The few parts of SVG that the plots need. */

export type Attributes = Record<string, string | number>;

/** An element; numbers are rounded to a hundredth of a pixel. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escapeXml(value)}"`)
    .join('');
  return children.length > 0 ? `<${name}${list}>${children.join('')}</${name}>` : `<${name}${list}/>`;
}

export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeXml(text));
}

/** Path data through the points, in pixels. */
export function pathData(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${rounded(x)} ${rounded(y)}`).join('');
}

/** Number of colours of curves; further ones repeat them. */
export const COLOURS = 8;

/** Class of a curve's stroke: colours repeat after COLOURS, then with another dash pattern. */
export function curveClass(index: number): string {
  return `c${index % COLOURS} d${Math.floor(index / COLOURS) % 3}`;
}

const LIGHT = ['#0969da', '#cf222e', '#1a7f37', '#8250df', '#9a6700', '#bf3989', '#0a7e8c', '#57606a'];
const DARK = ['#58a6ff', '#ff7b72', '#3fb950', '#bc8cff', '#d29922', '#f778ba', '#39c5cf', '#8b949e'];

function colours(list: readonly string[]): string {
  return list.map((colour, i) => `.c${i}{stroke:${colour}}.f${i}{fill:${colour}}`).join('');
}

const STYLE = [
  'text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#24292f}',
  '.title{font-size:15px;font-weight:600}.minor{fill:#57606a;font-size:11px}',
  '.back{fill:#fff}.grid{stroke:#d0d7de;stroke-width:1;fill:none}.fine{stroke-opacity:.45}.frame{stroke:#8c959f;fill:none}',
  '.curve{fill:none;stroke-width:2;stroke-linejoin:round}.d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 3}',
  '.area{fill-opacity:.22;stroke:none}.mark{stroke:#57606a;stroke-dasharray:4 3;fill:none}',
  colours(LIGHT),
  '@media (prefers-color-scheme:dark){',
  'text{fill:#e6edf3}.minor{fill:#9198a1}.back{fill:#0d1117}.grid{stroke:#30363d}.frame{stroke:#6e7681}.mark{stroke:#9198a1}',
  colours(DARK),
  '}',
].join('');

/** A whole picture, in light or dark colours as the viewer prefers. */
export function picture(width: number, height: number, title: string, children: readonly string[]): string {
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    element('title', {}, escapeXml(title)),
    element('style', {}, STYLE),
    element('rect', { class: 'back', width, height }),
    ...children.map((child) => `\n${child}`),
    '\n',
  )}\n`;
}

/** The next of 1, 2, 4, 6, 8 or 10 times a power of ten: a round number at the top of the axis and at its middle. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8].find((factor) => factor * power >= value) ?? 10) * power;
}

/** Text that fits: cut with an ellipsis beyond a number of characters. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Control characters have no place in XML, escaped or not. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
  );
}
