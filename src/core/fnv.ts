/** FNV-1a (64 bit) of a text's UTF-8 bytes, hexadecimal without leading zeros: how KubeSphere shortens names and configurations. */
export function fnv64a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16);
}
