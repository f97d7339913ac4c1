/** Numbers in every embedding: what the API calls a vector. */
export const EMBEDDING_LENGTH = 512;
