/** An integer as Go's `strconv.Atoi` reads it: an optional sign and digits that fit 64 bits; `undefined` for anything else. */
export function parseGoInteger(text: string | null): number | undefined {
  if (text === null || !/^[+-]?\d{1,400}$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? Number(value) : undefined;
}
