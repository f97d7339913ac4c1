/** Scales that were made from the people of this installation; see gallery/own-scale. They hold nobody's data. */
export interface ScaleStore {
  /** Keeps a scale and makes it the active one of its model. @returns its number */
  add(scale: NewScale): Promise<number>;

  /** Every scale ever kept, the oldest first. */
  list(): Promise<StoredScale[]>;

  /** Undefined where the model's own scale holds. */
  active(model: string): Promise<StoredScale | undefined>;

  /** Makes an earlier scale of a model the active one; undefined: none, so that the model's own holds. */
  activate(model: string, scaleId: number | undefined): Promise<void>;
}

export interface NewScale {
  /** Name of the model whose faces it was made from. */
  model: string;
  /** What it says, as JSON in ASCII. */
  data: string;
}

export interface StoredScale extends NewScale {
  /** Counts up. */
  scaleId: number;
  madeAt: Date;
  /** One of each model at most. */
  isActive: boolean;
}
