/** A user by the numbers of the rows, which are never used again. */
export interface PersonRef {
  collectionId: number;
  personId: number;
}

/** Faces of a person that a template is made from: the newest, so that a person with very many costs no more. */
export const MAX_TEMPLATE_FACES = 64;

/** Which templates can be compared: those of one model, made with one cohort. */
export interface TemplateKind {
  model: string;
  /** Version of the cohort, or `none`. */
  cohort: string;
}

/** What is worked out of a person's faces and kept, so that a search need not do it; see gallery/scoring/template.ts. */
export interface Template {
  /** Version of the cohort that the mus come from, or `none`. */
  cohort: string;
  /** How crowded the neighbourhood of each of the newest faces is (its mu), by their ids, ascending. */
  mus: ReadonlyMap<number, number>;
  /** Their mean, of length 1, with its own mu; undefined for one face, and where they have none. */
  mean: { embedding: Float32Array; mu: number } | undefined;
}

/** A template whose mean was compared with a probe. */
export interface ComparedTemplate extends Omit<Template, 'mean'> {
  mean: { cosine: number; mu: number } | undefined;
}

export interface PersonTemplate extends PersonRef {
  template: Template;
}

/** Which people of a tenant are part of the cohort that the tenant's faces are compared with; see gallery/cohorts. */
export interface StoredCohort {
  /** Counts up with each choice. */
  build: number;
  /** People with faces that the tenant had then. */
  people: number;
  /** In order of their numbers. Who has had a face deleted since is none of them any more. */
  members: PersonRef[];
}
