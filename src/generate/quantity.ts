const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A Kubernetes quantity (`100m`, `64Mi`, `2`) as a number of its base unit; 0 when it is not one. */
export function parseQuantity(text: string): number {
  const [, amount, suffix] = /^([\d.]+)([a-zA-Z]*)$/.exec(text) ?? [];
  const factor = suffix !== undefined && Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  return factor === undefined ? 0 : Number(amount) * factor;
}
