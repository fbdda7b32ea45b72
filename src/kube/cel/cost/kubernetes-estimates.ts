import { charged, comparedType, perCharacter, perPattern, type Call, type Estimate } from './calls.js';
import { capped, plus, times, type Operand, type Size, type Sizes } from './sizes.js';

type Tell = (call: Call, sizes: Sizes) => Estimate | undefined;

const unknown: Operand = { path: [], type: { kind: 'dyn', name: 'dyn', of: [] }, size: undefined };

function argument({ args }: Call, at = 0): Operand {
  return args[at] ?? unknown;
}

const constant: Tell = () => ({ cost: 1 });

/** Reading a text, that of the first argument, so many times. */
function reads(factor: number, isSized = false): Tell {
  return (call, sizes) => {
    const size = sizes.of(argument(call));
    return { cost: charged(size.max, factor * perCharacter), size: isSized ? size : undefined };
  };
}

/** As in Kubernetes, what reads its argument is told only when it is called on something, which such functions are not. */
function readsOfTarget(factor: number): Tell {
  return (call, sizes) => (call.target === undefined ? undefined : reads(factor)(call, sizes));
}

/** Making a text of the one a function is called on. */
const rewrites: Tell = ({ target }, sizes) => {
  if (target === undefined) return undefined;
  const size = sizes.of(target);
  return { cost: charged(size.max, perCharacter), size };
};

/** Looking at every item of a list. */
const visits: Tell = ({ target }, sizes) => {
  if (target === undefined) return undefined;
  const size = sizes.of(target);
  const item = sizes.itemsOf(target);
  if (item === undefined) return { cost: charged(size.max, perCharacter) };
  const isLong = item.type.kind === 'string' || item.type.kind === 'bytes';
  const each = 1 + (isLong ? charged(sizes.of(item).max, perCharacter) : 0);
  return { cost: size.max === 0 ? 0 : capped(size.max * each) };
};

const replaces: Tell = (call, sizes) => {
  const { target } = call;
  if (target === undefined || call.args.length < 2) return undefined;
  const [size, from, to] = [sizes.of(target), sizes.of(argument(call)), sizes.of(argument(call, 1))];
  let [most, keptMost]: [number, number] = [0, 0];
  if (from.min === 0) [most, keptMost] = [capped(size.max + 1), size.max];
  else if (to.max <= from.min) keptMost = size.max;
  else most = Math.ceil(size.max / from.min);
  let [least, keptLeast]: [number, number] = [0, 0];
  if (from.max === 0) [least, keptLeast] = [capped(size.min + 1), size.min];
  else if (from.max <= to.min) keptLeast = size.min;
  else least = Math.ceil(size.min / from.max);
  const made = plus(times({ min: least, max: most }, to), { min: keptLeast, max: keptMost });
  return { cost: charged(size.max, 2 * perCharacter), size: made };
};

const splits: Tell = (call, sizes) => {
  const { target } = call;
  if (target === undefined) return undefined;
  const { max } = sizes.of(target);
  const { literal } = argument(call, 1);
  const limit = literal?.type === 'int' ? Number(BigInt.asUintN(64, literal.value)) : max;
  return { cost: charged(max, 2 * perCharacter), size: { min: 0, max: limit } };
};

const joins: Tell = (call, sizes) => {
  const { target } = call;
  if (target === undefined) return undefined;
  const list = sizes.of(target);
  const item = sizes.itemsOf(target);
  let size: Size = item === undefined ? { min: 0, max: 0 } : times(list, sizes.of(item));
  if (call.args.length > 0) {
    const separators = { min: Math.max(list.min - 1, 0), max: Math.max(list.max - 1, 0) };
    size = plus(size, times(sizes.of(argument(call)), separators));
  }
  return { cost: charged(size.max, perCharacter), size };
};

const finds: Tell = (call, sizes) => {
  const { target } = call;
  if (target === undefined) return undefined;
  const { max } = sizes.of(target);
  const text = charged(capped(max + 1), perCharacter);
  const pattern = charged(sizes.of(argument(call)).max, perPattern);
  return { cost: capped(text * pattern), size: { min: 0, max } };
};

/** Bytes of an address, read twice, or three times for a network. */
function contains(isNetwork: boolean): Tell {
  return (call, sizes) => {
    if (call.target === undefined) return undefined;
    const compared = Math.ceil(32 * perCharacter) + (isNetwork ? Math.ceil(16 * perCharacter) + 1 : 0);
    const parsed = call.id.endsWith('_string') ? charged(sizes.of(argument(call)).max, perCharacter) : 0;
    return { cost: capped(compared + parsed) };
  };
}

/** What checking a text against a format costs: that of a regular expression of 128 characters. */
const validates: Tell = (call, sizes) =>
  call.target === undefined
    ? undefined
    : { cost: charged(charged(sizes.of(argument(call)).max, perCharacter), 128 * perPattern) };

const simple = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity']);

const compares: Tell = ({ args }) => {
  const type = comparedType(args);
  if (type === undefined) return undefined;
  if (simple.has(type)) return { cost: 1 };
  if (type === 'kubernetes.NamedFormat') return { cost: charged(64, perCharacter) };
  return type === 'kubernetes.URL' ? { cost: charged(args[1]?.size?.max ?? 1, perCharacter) } : undefined;
};

function all(names: string, tell: Tell): (readonly [string, Tell])[] {
  return names.split(' ').map((name) => [name, tell] as const);
}

const estimates: ReadonlyMap<string, Tell> = new Map([
  ...all('isSorted sum max min indexOf lastIndexOf', visits),
  ...all('url', reads(1, true)),
  ...all('lowerAscii upperAscii substring trim', rewrites),
  ...all('replace', replaces),
  ...all('split', splits),
  ...all('join', joins),
  ...all('find findAll', finds),
  ...all('cidr isIP isCIDR quantity isQuantity', readsOfTarget(1)),
  ...all('ip', (call) => (call.target === undefined ? undefined : { cost: 1 })),
  ...all('ip.isCanonical', readsOfTarget(2)),
  ...all('containsIP', contains(false)),
  ...all('containsCIDR', contains(true)),
  ...all('validate', validates),
  ...all('_==_', compares),
  ...all(
    'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    constant,
  ),
  ...all(
    'format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub',
    constant,
  ),
  ...all('getScheme getHostname getHost getPort getEscapedPath getQuery', constant),
]);

/** The most a call of Kubernetes' own functions can cost; `undefined` for any other. @see kubernetes/apiserver pkg/cel/library/cost.go */
export function kubernetesEstimate(call: Call, sizes: Sizes): Estimate | undefined {
  return estimates.get(call.name)?.(call, sizes);
}
