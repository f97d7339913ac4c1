import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Config, readConfig } from '../../config/config.js';
import { identityOf } from '../../gallery/model-identity.js';
import { galleryVersion, photoOptions } from '../../http/services.js';
import type { ModelPack } from '../../models/manifest.js';
import { preparePack } from '../../models/pack.js';
import { modelEntry } from '../../observability/audit/audit-entry.js';
import { AuditFile } from '../../observability/audit/audit-file.js';
import type { StagedEmbeddings } from '../../persistence/people/staged-embeddings.js';
import { csvText } from '../../util/csv-text.js';
import { OperatorError } from '../../util/operator-error.js';
import { absolutePath } from '../../util/options.js';
import { defaultManifestPath } from '../../util/paths.js';
import { showProgress } from '../../util/progress.js';
import { VisionPool } from '../../vision/vision-pool.js';
import { openObjectSource } from '../../wiring/open-objects.js';
import { openExistingStore } from '../../wiring/open-store.js';
import { defineCommand } from '../command.js';
import { peopleToPhotograph, type ReEmbedded, reEmbed } from '../re-embed/re-embed.js';
import { adoptAll, keepServersAway, RE_EMBED } from '../re-embed/switch-model.js';
import { stopOnSignals } from '../stop-on-signals.js';

/** Counting a million faces takes longer than an endpoint may. */
const TIMEOUT_MS = 600_000;

/** Kept photos were accepted once, and crops are smaller: nothing is refused for its size. */
const LIMITS = { minResolution: null, minFaceWidth: 24, minFaceArea: 0 } as const;

export const reEmbedCommand = defineCommand({
  about:
    'Embeds the kept photos of all people with the model of MODEL_PACK, beside a running server, and says who must be photographed again. With --switch, while no server runs, the new embeddings then take the place of the ones before. It may be stopped or killed and run again: it goes on where it was. See docs/photos.md.',
  options: {
    switch: { type: 'boolean', help: 'embed what is left, then move all faces to the model; no server may run' },
    list: {
      type: 'string',
      value: 'FILE',
      help: 'write who must be photographed again as CSV: tenant, collection, id, reason',
      read: absolutePath,
    },
  },
  async run(values) {
    const config = readConfig(process.env);
    // First of all: what cannot be audited is not done, and no server may start meanwhile.
    const audit = values.switch && config.AUDIT_LOG !== undefined ? new AuditFile(config.AUDIT_LOG) : undefined;
    const letServersStart = values.switch ? await keepServersAway(config) : () => undefined;
    try {
      const pack = await packOf(config);
      const model = identityOf(pack.embedders[galleryVersion].model);
      const store = await openExistingStore(config, { name: RE_EMBED, timeout: TIMEOUT_MS });
      if (!store) throw new OperatorError(`There is no database in ${config.DATA_DIR}.`);
      try {
        const outcome = await embedAll(config, pack, model, store.staged);
        await tell(store.staged, model, outcome, values.list);
        if (values.switch && outcome.isComplete) {
          await switchAll(store.staged, model);
          audit?.append(modelEntry());
        }
      } finally {
        await store.close();
      }
    } finally {
      letServersStart();
      audit?.close();
    }
  },
});

function packOf(config: Config): Promise<ModelPack> {
  const manifest = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
  return preparePack(manifest, config.MODEL_PACK, { log: console.error, progress: showProgress });
}

async function embedAll(config: Config, pack: ModelPack, model: string, staged: StagedEmbeddings): Promise<ReEmbedded> {
  const { waiting } = await staged.count(model);
  if (waiting === 0) return { embedded: 0, erased: 0, obstacles: new Map(), isComplete: true };
  const stop = new AbortController();
  stopOnSignals(stop, new OperatorError('Stopped; run the same command again, it goes on where it was.'));
  const { MAX_PIXELS: maxPixels, WORKERS: workers } = config;
  const analyser = await VisionPool.start(pack, { ...LIMITS, maxPixels, workers, maxQueue: workers });
  const progress = showProgress('photos', waiting);
  try {
    return await reEmbed({
      staged,
      photos: openObjectSource(config),
      analyser,
      model,
      options: photoOptions({ allow_id_card: true, only_largest_face: true, disable_validation: true }),
      parallel: workers,
      onProgress: (done, failed) => progress.update(done, failed),
      signal: stop.signal,
    });
  } finally {
    progress.stop();
    await analyser.close();
  }
}

/** What is done, and who is left. */
async function tell(
  staged: StagedEmbeddings,
  model: string,
  outcome: ReEmbedded,
  list: string | undefined,
): Promise<void> {
  const { own, staged: made, withoutPhoto } = await staged.count(model);
  console.log(
    `${made} faces have an embedding of ${model} that waits for --switch, ${outcome.embedded} of them made now.`,
  );
  if (own > 0) console.log(`${own} faces are of this model already.`);
  if (outcome.erased > 0) console.log(`${outcome.erased} faces were erased meanwhile.`);
  if (!outcome.isComplete) {
    process.exitCode = 1;
    console.log('Stopped. Run the same command again: it goes on where it was.');
    return;
  }
  const reasons = new Map<string, number>();
  for (const reason of outcome.obstacles.values()) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  for (const [reason, count] of reasons) console.log(`Photos that cannot be embedded, ${reason}: ${count}`);
  if (withoutPhoto > 0) console.log(`Faces without a photo: ${withoutPhoto}`);
  const people: string[][] = [];
  for await (const { tenant, collection, userId, reason } of peopleToPhotograph(staged, model)) {
    people.push([tenant, collection, userId, reason]);
  }
  if (people.length === 0) {
    console.log('Nobody must be photographed again.');
    return;
  }
  console.log(`People who must be photographed again: ${people.length}`);
  const csv = csvText(['tenant', 'collection', 'id', 'reason'], people);
  // Ids of people: for their owner's eyes only. The mark at the beginning is for spreadsheets.
  if (list !== undefined) await writeFile(list, csv, { mode: 0o600 });
  else process.stdout.write(csv.slice(1));
  process.exitCode = 1;
}

async function switchAll(staged: StagedEmbeddings, model: string): Promise<void> {
  const { staged: total } = await staged.count(model);
  const progress = showProgress('faces', total);
  try {
    const moved = await adoptAll(staged, model, (done) => progress.update(done, 0));
    progress.stop();
    console.log(`${moved} faces moved to ${model}. Start the server with the same MODEL_PACK, then run`);
    console.log('facesearch calibrate --gallery: the scale of similarities is another one now.');
  } finally {
    progress.stop();
  }
}
