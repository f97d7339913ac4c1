/** Something that the operator can mend: the manifest, a file or the connection. The message says what and how. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}
