/** What the operator of an import can mend. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
