/** Objects to delete of one tenant. */
export interface PendingObjects {
  /** 0: of no tenant, such as a photo whose face was never stored. */
  tenantId: number;
  keys: string[];
}

/** Photos that the object store shall delete: the list is part of the transactions that delete faces, the photos are not. */
export interface PhotoOutbox {
  /**
   * Announces an object that is about to be written, by listing its key as a pending deletion. Storing the face that
   * names the key takes it off the list, so a crash in between leaves no photo that nobody owns.
   */
  reserveObject(key: string): Promise<void>;

  /**
   * Object-store keys that no face names, but whose objects may exist: deleted faces' and reserved ones. Some of each tenant's,
   * in their order.
   * @param limit for each tenant
   * @param after of each tenant the key to go on after
   */
  pendingObjectDeletions(limit: number, after: ReadonlyMap<number, string>): Promise<PendingObjects[]>;

  /** Takes keys off the list of pending deletions. */
  objectsDeleted(keys: readonly string[]): Promise<void>;
}
