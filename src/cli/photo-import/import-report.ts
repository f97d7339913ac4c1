import { writeAtomically } from '../../models/files.js';
import { type Html, html } from './html.js';
import { ImportError } from './import-error.js';
import type { ImportOutcome, RefusedPhoto } from './import-photos.js';
import type { Target } from './import-state.js';
import type { WeakPhoto } from './photo-quality.js';
import { qualityWords, wordsFor } from './refusal-words.js';
import { reportStyle } from './report-style.js';
import { thumbnail } from './thumbnail.js';

export interface ReportFacts {
  /** Folder or CSV file. */
  source: string;
  target: Target;
  outcome: ImportOutcome;
  /** Photos below the quality that was asked for; none where none was. */
  weak: readonly WeakPhoto[];
  at: Date;
}

/** More pictures of one reason than anybody looks at make a file that no browser likes. */
const MAX_PICTURES = 300;

/** Writes what became of an import as one HTML file that needs no other; it shows faces, so only its owner may read it. @throws ImportError */
export async function writeReport(file: string, facts: ReportFacts): Promise<void> {
  const { source, target, outcome, weak, at } = facts;
  const groups = groupsOf(outcome.refused);
  const sections: Html[] = [];
  for (const group of groups) sections.push(await section(group));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Import of ${source}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>Import of ${source}</h1>
<p class="where">into ${target.collection === '' ? 'the default collection' : html`the collection <b>${target.collection}</b>`}
of <b>${target.tenant}</b> at ${target.origin}, <time datetime="${at.toISOString()}">${at.toISOString().slice(0, 16).replace('T', ' ')} UTC</time></p>
<ul class="counts">${tiles(outcome)}</ul>
${groups.length > 1 ? contents(groups) : []}
${sections.length > 0 ? sections : html`<p class="good">No photo was refused.</p>`}
${await weakSection(weak)}
${listSection('people-not-made', 'People who were not created', 'None of their photos was accepted. Run the import again with a better one.', outcome.notMade)}
${listSection('people-without', 'People without a photo', 'They are in the collection, but a search cannot find them.', outcome.without)}
${listSection(
  'people-refused',
  'People whom the server refused',
  'Fix their id or name, and run it again.',
  outcome.refusedPeople.map(({ id, text }) => `${id}: ${text}`),
)}
${listSection(
  'unreadable',
  'Files that could not be read',
  'Put them in place and run the import again.',
  outcome.unreadable.map(({ photo, why }) => `${photo.path}: ${why}`),
)}
</main>
</body>
</html>
`;
  try {
    await writeAtomically(file, Buffer.from(page.text), 0o600);
  } catch (error) {
    throw new ImportError(`The report cannot be written: ${(error as Error).message}`);
  }
}

interface Group {
  title: string;
  advice: string;
  anchor: string;
  photos: RefusedPhoto[];
}

/** The most frequent first. */
function groupsOf(refused: readonly RefusedPhoto[]): Group[] {
  const groups = new Map<string, Group>();
  for (const photo of refused) {
    const { title, advice } = wordsFor(photo);
    const group = groups.get(title) ?? { title, advice, anchor: `reason-${groups.size + 1}`, photos: [] };
    group.photos.push(photo);
    groups.set(title, group);
  }
  return [...groups.values()].sort((a, b) => b.photos.length - a.photos.length);
}

function tiles({
  added,
  addedBefore,
  refused,
  unreadable,
  unfinished,
  people,
  without,
  notMade,
}: ImportOutcome): Html[] {
  const counts: [number, string][] = [
    [added + addedBefore, addedBefore > 0 ? `photos added, ${addedBefore} of them earlier` : 'photos added'],
    [refused.length, 'refused'],
    [
      people - without.length - notMade.length,
      people === 1 ? 'person of 1 with a photo' : `people of ${people} with a photo`,
    ],
    [unreadable.length, 'files not readable'],
    [unfinished, 'photos not sent yet'],
  ];
  return counts
    .filter(([count], i) => i < 3 || count > 0)
    .map(([count, what]) => html`<li><strong>${count}</strong> ${what}</li>`);
}

function contents(groups: readonly Group[]): Html {
  const items = groups.map(
    ({ anchor, title, photos }) => html`<li><a href="#${anchor}">${title}</a> <span>${photos.length}</span></li>`,
  );
  return html`<nav aria-label="Reasons"><ul>${items}</ul></nav>`;
}

async function section({ title, advice, anchor, photos }: Group): Promise<Html> {
  const figures: Html[] = [];
  for (const { photo } of photos.slice(0, MAX_PICTURES)) {
    const picture = await thumbnail(photo.file);
    figures.push(html`<figure>
${picture === undefined ? html`<div class="none">no picture</div>` : html`<img src="${picture}" alt="" loading="lazy">`}
<figcaption><b>${photo.id}</b><span>${photo.path}</span></figcaption>
</figure>`);
  }
  const rest = photos.slice(MAX_PICTURES).map(({ photo }) => html`<li>${photo.path} <b>${photo.id}</b></li>`);
  return html`<section id="${anchor}">
<h2>${title} <span>${photos.length}</span></h2>
<p>${advice}</p>
<div class="photos">${figures}</div>
${rest.length > 0 ? html`<details><summary>${rest.length} more, without pictures</summary><ul>${rest}</ul></details>` : []}
</section>`;
}

async function weakSection(weak: readonly WeakPhoto[]): Promise<Html | readonly Html[]> {
  if (weak.length === 0) return [];
  const figures: Html[] = [];
  for (const { photo, score, advice } of weak.slice(0, MAX_PICTURES)) {
    const picture = await thumbnail(photo.file);
    const why = advice.map((one) => qualityWords[one]).join('; ');
    figures.push(html`<figure>
${picture === undefined ? html`<div class="none">no picture</div>` : html`<img src="${picture}" alt="" loading="lazy">`}
<figcaption><b>${photo.id}</b><span>${photo.path}</span><span>${score} of 100${why === '' ? '' : `: ${why}`}</span></figcaption>
</figure>`);
  }
  return html`<section id="weak">
<h2>Low quality <span>${weak.length}</span></h2>
<p>These photos are less likely to be found again. Take them again where you can; the weakest come first${weak.length > MAX_PICTURES ? `, and ${weak.length - MAX_PICTURES} more are not shown` : ''}.</p>
<div class="photos">${figures}</div>
</section>`;
}

function listSection(anchor: string, title: string, advice: string, items: readonly string[]): Html | readonly Html[] {
  if (items.length === 0) return [];
  return html`<section id="${anchor}">
<h2>${title} <span>${items.length}</span></h2>
<p>${advice}</p>
<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}</ul>
</section>`;
}
