import { request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { z } from 'zod';
import { FaceSearchError } from '../core/errors.js';
import type { FacematchVersion } from '../models/manifest.js';
import type {
  Analysis,
  FaceAnalyser,
  GroupAnalysis,
  GroupOptions,
  MatchAnalysis,
  MatchOptions,
  PhotoOptions,
  PhotoReport,
} from './face-analyser.js';
import type { LivenessMode } from './pipeline.js';

export interface LivenessServiceOptions {
  url: string;
  /** Milliseconds. */
  timeout: number;
  /** Whether photos are refused or taken unjudged where the service does not answer. */
  onError: 'refuse' | 'pass';
  /** Told why the service did not answer; without the URL, which may hold a secret. */
  onFailure: (error: Error) => void;
}

/** What a service answers. */
const verdictSchema = z.object({ live: z.boolean(), score: z.number().min(0).max(1).optional() });
type Verdict = z.infer<typeof verdictSchema>;

const MAX_REPLY = 64 * 1024;

/**
 * An analyser that asks a service over HTTP whether a face is live, in place of the built-in network. Only photos that pass every
 * other gate are sent: their bytes as they came, in a POST. The reply is JSON, `{"live": true, "score": 0.97}`.
 */
export class ServiceCheckedAnalyser implements FaceAnalyser {
  readonly #inner: FaceAnalyser;
  readonly #mode: LivenessMode;
  readonly #options: LivenessServiceOptions;

  constructor(inner: FaceAnalyser, mode: LivenessMode, options: LivenessServiceOptions) {
    this.#inner = inner;
    this.#mode = mode;
    this.#options = options;
  }

  /** @throws FaceSearchError also NOT_LIVE, LIVENESS_UNAVAILABLE */
  async embedPhoto(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<Analysis> {
    const analysis = await this.#inner.embedPhoto(image, options, signal);
    if (this.#mode !== 'refuse' || options.withoutLiveness) return analysis;
    const verdict = await this.#judge(image, signal);
    if (verdict?.live === false) throw new FaceSearchError('NOT_LIVE');
    return analysis;
  }

  embedForMatch(image: Buffer, options: MatchOptions, signal?: AbortSignal): Promise<MatchAnalysis> {
    return this.#inner.embedForMatch(image, options, signal);
  }

  embedCrop(image: Buffer, version: FacematchVersion, signal?: AbortSignal): Promise<Analysis> {
    return this.#inner.embedCrop(image, version, signal);
  }

  async analysePhoto(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<PhotoReport> {
    return this.#judged(image, await this.#inner.analysePhoto(image, options, signal), options, signal);
  }

  async lookAt(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<PhotoReport> {
    return this.#judged(image, await this.#inner.lookAt(image, options, signal), options, signal);
  }

  embedGroup(photo: Buffer, options: GroupOptions, signal?: AbortSignal): Promise<GroupAnalysis> {
    return this.#inner.embedGroup(photo, options, signal);
  }

  portrait(photo: Buffer, signal?: AbortSignal): Promise<Buffer> {
    return this.#inner.portrait(photo, signal);
  }

  get queued(): number {
    return this.#inner.queued;
  }

  get workers(): number {
    return this.#inner.workers;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #judged(
    image: Buffer,
    report: PhotoReport,
    options: PhotoOptions,
    signal: AbortSignal | undefined,
  ): Promise<PhotoReport> {
    if (report.refusal) return report;
    const verdict = await this.#judge(image, signal);
    if (!verdict) return report;
    const liveness = verdict.score ?? Number(verdict.live);
    const judgedFace = report.faces.findIndex(({ isPerson, isSmall }) => isPerson && !isSmall);
    const faces = report.faces.map((face, i) => (i === judgedFace ? { ...face, liveness } : face));
    if (verdict.live || this.#mode !== 'refuse' || options.withoutLiveness) return { ...report, faces };
    const { embedding: _, ...rest } = report;
    return { ...rest, faces, refusal: { errorName: 'NOT_LIVE', reason: 'not-live' } };
  }

  /** Undefined where the service does not answer and that is let pass. @throws FaceSearchError LIVENESS_UNAVAILABLE */
  async #judge(image: Buffer, abandoned?: AbortSignal): Promise<Verdict | undefined> {
    const { url, timeout, onError, onFailure } = this.#options;
    const signals = [AbortSignal.timeout(timeout), ...(abandoned ? [abandoned] : [])];
    try {
      return verdictSchema.parse(JSON.parse(await post(new URL(url), image, AbortSignal.any(signals))));
    } catch (error) {
      if (abandoned?.aborted) throw abandoned.reason;
      onFailure(error instanceof z.ZodError ? new Error('its reply says neither live nor not') : (error as Error));
      // Where scores are only reported, nobody depends on the service.
      if (onError === 'pass' || this.#mode === 'report') return undefined;
      throw new FaceSearchError('LIVENESS_UNAVAILABLE');
    }
  }
}

/** Redirections are not followed. @returns the body of a 200 */
function post(url: URL, image: Buffer, signal: AbortSignal): Promise<string> {
  const options: RequestOptions = {
    method: 'POST',
    signal,
    headers: {
      'content-type': image[0] === 0x89 ? 'image/png' : 'image/jpeg',
      'content-length': image.length,
      accept: 'application/json',
    },
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? tlsRequest(url, options) : plainRequest(url, options);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_REPLY) request.destroy(new Error('its reply is too long'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(signal.aborted ? 'no answer in time' : (error.code ?? error.message))),
    );
    request.end(image);
  });
}
