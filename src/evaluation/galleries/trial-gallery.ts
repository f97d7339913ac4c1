import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { Cohort, MAX_OWN_PEOPLE, type OwnPeople } from '../../gallery/scoring/cohort.js';
import { type Contender, probeOf, type Ranked, rank } from '../../gallery/scoring/rank.js';
import type { SimilarityScale } from '../../gallery/scoring/similarity.js';
import { makeTemplate } from '../../gallery/scoring/template.js';
import { compared } from '../../persistence/people/compared.js';
import type { PersonFaces } from '../../persistence/people/embedding-store.js';
import type { Template } from '../../persistence/template.js';
import type { TrialPerson } from './people.js';

/** A person of the gallery. */
interface Enrolled extends PersonFaces {
  identity: string;
  template: Template;
}

interface Compared extends Contender {
  identity: string;
}

/**
 * A gallery that scores as the server does once its background work is done: the people of the gallery are part of the cohort,
 * each person has a template, and the score is put right for the number of photos. Every face is compared.
 */
export class TrialGallery {
  readonly #people: readonly Enrolled[];
  readonly #cohort: Cohort | undefined;
  readonly #scale: SimilarityScale;

  /** @param people in an order by chance: the first of them join the cohort; all of their photos are enrolled */
  constructor(people: readonly TrialPerson[], scale: SimilarityScale) {
    const faces = people.map(({ photos }, person) =>
      photos.map(({ embedding }, i) => ({ faceId: person * 1000 + i, embedding })),
    );
    const members = faces
      .slice(0, MAX_OWN_PEOPLE)
      .flatMap((mine) => makeTemplate(mine, undefined).mean?.embedding ?? mine[0]?.embedding ?? []);
    const own: OwnPeople = { vectors: new Float32Array(members.length * EMBEDDING_LENGTH), people: people.length };
    for (const [i, vector] of members.entries()) own.vectors.set(vector, i * EMBEDDING_LENGTH);
    const cohort = Cohort.of('trial', scale.centres?.vectors ?? new Float32Array(), own);
    this.#cohort = cohort;
    this.#scale = scale;
    this.#people = people.map(({ identity }, personId) => ({
      identity,
      collectionId: 0,
      personId,
      faces: faces[personId] ?? [],
      template: makeTemplate(faces[personId] ?? [], cohort),
    }));
  }

  get size(): number {
    return this.#people.length;
  }

  /** Everybody, the most similar first. @param embedding of length 1 */
  search(embedding: Float32Array): Ranked<Compared>[] {
    const people = this.#people.map(({ faces, template, ...person }) => ({
      ...person,
      user: { id: person.identity, name: '' },
      ...compared(embedding, faces, template),
    }));
    return rank(people, probeOf(embedding, this.#cohort), this.#scale);
  }
}
