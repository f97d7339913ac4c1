/** Something that the caller of the evaluation can mend: an argument, the folder or one of its lists. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}
