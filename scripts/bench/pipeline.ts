import { readConfig } from '../../src/config/config.js';
import type { ModelPack } from '../../src/models/manifest.js';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { ALIGNED_SIZE, alignedToImage } from '../../src/vision/alignment.js';
import { decode } from '../../src/vision/decode.js';
import { Detector } from '../../src/vision/detectors/detector.js';
import { Embedder } from '../../src/vision/embedder.js';
import { FaceScorer } from '../../src/vision/face-scorer.js';
import { idCard } from '../../src/vision/gates/id-card.js';
import type { DetectedFace } from '../../src/vision/geometry.js';
import { ImagePyramid } from '../../src/vision/image-pyramid.js';
import { fivePointsOf68, LandmarkFinder } from '../../src/vision/landmarks.js';
import { FIRST_LOOK_SIDE, Pipeline } from '../../src/vision/pipeline.js';
import { StageTimer } from '../../src/vision/stage-timer.js';
import { benchPhotos, TWELVE_MEGAPIXELS, VGA } from './bench-photos.js';
import { stagePlot } from './plots.js';
import { median, report } from './report.js';
import { bareOptions, benchLimits } from './settings.js';

/**
 * Milliseconds of one image on one core, stage by stage and whole, for 640x480 and for twelve
 * megapixels, with both packs. Sizes and packs take turns, so that a busy moment strikes all of them; medians are shown.
 */
const ROUNDS = 12;
const STAGES = ['decode', 'detect', 'landmarks', 'face gate', 'ID-card gate', 'align', 'embed'] as const;
const SIZES = { '640x480': VGA, '12 megapixels': TWELVE_MEGAPIXELS };

type Stages = Awaited<ReturnType<typeof loadStages>>;

export async function measurePipeline(machine: string): Promise<void> {
  const lanes = [];
  for (const packName of ['default', 'light']) {
    const pack = await loadPack(readConfig(process.env).MODEL_MANIFEST ?? defaultManifestPath, packName);
    const pipeline = await Pipeline.load(pack, benchLimits);
    const stages = await loadStages(pack);
    for (const [size, dimensions] of Object.entries(SIZES)) {
      const photos = await benchPhotos(dimensions);
      lanes.push({ packName, size, pipeline, stages, photos, times: {} as Record<string, number[]> });
    }
  }
  for (let round = -1; round < ROUNDS; round++) {
    for (const lane of lanes) {
      for (const photo of lane.photos) {
        const start = performance.now();
        await lane.pipeline.embedPhoto(photo, bareOptions);
        const whole = performance.now() - start;
        const parts = await walkStages(lane.stages, photo);
        if (round < 0) continue;
        for (const [name, ms] of Object.entries({ ...parts, whole })) {
          lane.times[name] ??= [];
          lane.times[name].push(ms);
        }
      }
    }
  }
  const results = lanes.map(({ packName, size, times }) => ({
    pack: packName,
    size,
    ms: Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)])),
  }));
  const ms = (pack: string, size: string, stage: string) =>
    results.find((result) => result.pack === pack && result.size === size)?.ms[stage] ?? Number.NaN;
  const ratio = (x: number) => x.toFixed(2);
  const ratios = {
    'whole pipeline of 640x480 ÷ embedding, pack `default`':
      ms('default', '640x480', 'whole') / ms('default', '640x480', 'embed'),
    'whole pipeline of 640x480 ÷ embedding, pack `light`':
      ms('light', '640x480', 'whole') / ms('light', '640x480', 'embed'),
    'whole pipeline of 640x480, pack `default` ÷ embedding of `light`':
      ms('default', '640x480', 'whole') / ms('light', '640x480', 'embed'),
    '12 megapixels ÷ 640x480, pack `default`':
      ms('default', '12 megapixels', 'whole') / ms('default', '640x480', 'whole'),
  };
  report(
    'pipeline',
    { machine, ratios, results },
    [
      `Machine: ${machine}. One core, medians of ${ROUNDS} rounds over ${lanes[0]?.photos.length} photos.`,
      '',
      '| ratio | |',
      '|---|---|',
      ...Object.entries(ratios).map(([name, value]) => `| ${name} | ${ratio(value)} |`),
      '',
      `| ms | ${[...STAGES, 'whole'].join(' | ')} |`,
      `|---${'|---'.repeat(STAGES.length + 1)}|`,
      ...results.map(
        (result) =>
          `| ${result.size}, \`${result.pack}\` | ${[...STAGES, 'whole'].map((stage) => result.ms[stage]?.toFixed(1)).join(' | ')} |`,
      ),
    ],
    stagePlot(
      STAGES,
      results.map(({ pack, size, ms: stages }) => ({ name: `${size}, ${pack}`, ms: stages })),
    ),
  );
}

async function loadStages(pack: ModelPack) {
  const { faceGate, idCardGate } = pack.gates;
  if (!pack.landmarks || !faceGate || !idCardGate) throw new Error('the pack lacks a stage');
  return {
    detector: await Detector.load(pack.detector),
    landmarks: await LandmarkFinder.load(pack.landmarks),
    scorer: await FaceScorer.load(faceGate),
    lookForCard: await idCard.load(idCardGate),
    embedder: await Embedder.load(pack.embedders.v3.model),
  };
}

/** The stages one after the other, as the pipeline walks them for a photo of one face. */
async function walkStages(stages: Stages, bytes: Buffer): Promise<Record<string, number>> {
  const clock = new StageTimer();
  const pyramid = new ImagePyramid(await clock.time('decode', () => decode(bytes, benchLimits, FIRST_LOOK_SIDE)));
  const found = await clock.time('detect', () => stages.detector.detect(pyramid));
  const { box } = found[0] as DetectedFace;
  const points = fivePointsOf68(await clock.time('landmarks', () => stages.landmarks.find(pyramid, box)));
  await clock.time('face gate', () => stages.scorer.score(pyramid, points));
  await clock.time('ID-card gate', async () => stages.lookForCard({ photo: pyramid, largestFace: box }));
  const crop = await clock.time('align', async () =>
    pyramid.sample(alignedToImage(points), ALIGNED_SIZE, ALIGNED_SIZE, 0),
  );
  await clock.time('embed', () => stages.embedder.embed(crop, false));
  return clock.timings;
}
