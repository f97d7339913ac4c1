/** A collection cannot be exported or imported. The message is for the operator. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
}
