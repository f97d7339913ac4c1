import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { type Probe, probeOf, similarityOf } from '../../src/gallery/scoring/rank.js';
import { shippedCentres, shippedCohort } from '../../src/gallery/scoring/shipped-centres.js';
import { scaleOf } from '../../src/gallery/scoring/similarity.js';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { Pipeline } from '../../src/vision/pipeline.js';
import { Refusal } from '../../src/vision/refusal.js';
import { cardsAndPhotos, type Sample, seedOf } from './people.js';

/**
 * `npm run measure:facematch -- <folder>`: how well a portrait on an invented card is matched with another photo of the same
 * person, as the face match compares them, beside the portrait's own photo in the place of the card. The folder is one of
 * labelled photos, see docs/evaluation.md. `--half 0` or `1` takes one half of the people: what is tuned on one half is
 * measured on the other.
 */
const MATCH_FROM = 0.8;
const DEFAULT_SETS = 'vn_people,casia_v5,asian_faces,asian_celebrities';

interface Seen extends Sample, Probe {
  isIdCard: boolean;
}

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { sets: { type: 'string', default: DEFAULT_SETS }, half: { type: 'string' } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('Name a folder of labelled photos.');
  const pack = await loadPack(defaultManifestPath, 'default');
  // Many photos of the folder are smaller than those of a client.
  const limits = { maxPixels: 50e6, minFaceArea: 0 };
  const anySize = await Pipeline.load(pack, { ...limits, minResolution: null, minFaceWidth: 0 });
  const server = await Pipeline.load(pack, { ...limits, minResolution: { width: 640, height: 480 }, minFaceWidth: 80 });
  const { calibration } = pack.embedders.v3.model;
  const centres = await shippedCentres(calibration);
  const cohort = shippedCohort(centres);
  const scale = scaleOf('calibrated', calibration, centres);

  const samples = await cardsAndPhotos(folder, values.sets.split(','), anySize);
  const isWanted = ({ person }: Sample) => values.half === undefined || seedOf(person) % 2 === Number(values.half);
  const refused = new Map<string, number>();
  const see = async (pipeline: Pipeline, sample: Sample): Promise<Seen | undefined> => {
    try {
      const { embedding, isIdCard } = await pipeline.embedForMatch(sample.image, { disableValidation: true });
      return { ...sample, ...probeOf(embedding, cohort), isIdCard };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const why = `${pipeline === server ? 'card' : 'photo'} of ${sample.set}: ${error.reason}`;
      refused.set(why, (refused.get(why) ?? 0) + 1);
      return undefined;
    }
  };
  const pairs: { card: Seen; original: Seen | undefined }[] = [];
  const photos: Seen[] = [];
  for (const sample of samples.cards.filter(isWanted)) {
    const card = await see(server, sample);
    const image = await readFile(join(folder, sample.path));
    if (card) pairs.push({ card, original: await see(anySize, { ...sample, image }) });
  }
  for (const sample of samples.photos.filter(isWanted)) {
    const photo = await see(anySize, sample);
    if (photo) photos.push(photo);
  }

  console.log(
    '| set | people | cards | taken for cards | card matches photo | photo matches photo | false matches of cards |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const set of values.sets.split(',')) {
    const cards = pairs.filter(({ card }) => card.set === set);
    const inSet = photos.filter((photo) => photo.set === set);
    const count = { own: 0, found: 0, foundByPhoto: 0, others: 0, wrong: 0 };
    for (const { card, original } of cards) {
      for (const photo of inSet) {
        const isMatch = similarityOf(card, photo, scale) >= MATCH_FROM;
        if (card.person === photo.person) {
          count.own++;
          if (isMatch) count.found++;
          if (original && similarityOf(original, photo, scale) >= MATCH_FROM) count.foundByPhoto++;
        } else {
          count.others++;
          if (isMatch) count.wrong++;
        }
      }
    }
    const people = new Set(cards.map(({ card }) => card.person)).size;
    const asCards = cards.filter(({ card }) => card.isIdCard).length;
    console.log(
      `| ${set} | ${people} | ${cards.length} | ${percent(asCards, cards.length)} | ${percent(count.found, count.own)} of ${count.own} | ${percent(count.foundByPhoto, count.own)} | ${count.wrong} of ${count.others} |`,
    );
  }
  for (const [why, times] of refused) console.log(`refused: ${times} × ${why}`);
});

function percent(part: number, all: number): string {
  return `${((100 * part) / all).toFixed(1)} %`;
}
