/** Data cannot be moved as asked. The message is for the operator. */
export class MoveError extends Error {
  override readonly name = 'MoveError';
}
