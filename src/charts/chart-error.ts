/** A chart, its archive or its repository that cannot be read; the message is what Go and Helm say about it. */
export class ChartError extends Error {
  override readonly name = 'ChartError';
}
