/** How far a slow, a middling and a quick swing reach; together at most 1 either way. */
const amplitudes = [0.55, 0.3, 0.15] as const;
/** How long they take, in seconds; each source stretches them a little, so that no two stay in step. */
const periods = [86_400, 9_600, 840] as const;
const turn = 2 * Math.PI;

/** The swings of one source: angular speed and phase of each. */
export type Swing = readonly [number, number, number, number, number, number];

/**
 * How a figure of one source moves: the same seed and name give the same movement, different ones differ.
 *
 * @param name Who and what, such as `uid/container/cpu`
 */
export function swingOf(seed: string, name: string): Swing {
  const speeds: number[] = [];
  let hash = 0x811c9dc5;
  const text = `${seed} ${name}`;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  for (const period of periods) {
    hash = mix(hash);
    const stretch = 0.85 + (hash / 0x1_0000_0000) * 0.3;
    hash = mix(hash);
    speeds.push(turn / (period * stretch), (hash / 0x1_0000_0000) * turn);
  }
  return speeds as unknown as Swing;
}

/** The finishing steps of MurmurHash3: neighbours end up far apart. */
function mix(hash: number): number {
  let mixed = (hash + 0x9e3779b9) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Where a source stands at a moment: from 0 to 1, without jumps.
 *
 * @param seconds Since 1970
 */
export function wave([fast1, phase1, fast2, phase2, fast3, phase3]: Swing, seconds: number): number {
  const sum =
    amplitudes[0] * Math.sin(fast1 * seconds + phase1) +
    amplitudes[1] * Math.sin(fast2 * seconds + phase2) +
    amplitudes[2] * Math.sin(fast3 * seconds + phase3);
  return (sum + 1) / 2;
}
