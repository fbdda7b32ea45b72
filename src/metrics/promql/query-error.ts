/** A query that cannot be read or answered, in the words of Prometheus. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

/** Something of the language that this fake does not know. */
export class UnknownQuery extends Error {
  override readonly name = 'UnknownQuery';
}
