/** Photos that the object store shall delete: the list is part of the transactions that delete faces, the photos are not. */
export interface PhotoOutbox {
  /**
   * Announces an object that is about to be written, by listing its key as a pending deletion. Storing the face that
   * names the key takes it off the list, so a crash in between leaves no photo that nobody owns.
   */
  reserveObject(key: string): Promise<void>;

  /** Object-store keys that no face names, but whose objects may exist: deleted faces' and reserved ones. */
  pendingObjectDeletions(): Promise<string[]>;

  /** Takes keys off the list of pending deletions. */
  objectsDeleted(keys: readonly string[]): Promise<void>;
}
