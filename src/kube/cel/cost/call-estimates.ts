import { charged, perCharacter, perPattern, type Call, type Estimate } from './calls.js';
import { kubernetesEstimate } from './kubernetes-estimates.js';
import { capped, either, plus, unbounded, type Size, type Sizes } from './sizes.js';

const one: Size = { min: 1, max: 1 };

/**
 * The most a call can cost, its arguments included.
 *
 * @see google/cel-go checker/cost.go functionCost
 */
export function callEstimate(call: Call, sizes: Sizes): Estimate {
  const { name, id, args, costs } = call;
  const inputs = capped(costs.reduce((sum, cost) => sum + cost, 0));
  const own = setsEstimate(call, sizes) ?? kubernetesEstimate(call, sizes);
  if (own !== undefined) return { cost: capped(own.cost + inputs), size: own.size };
  const size = (at: number): Size => {
    const operand = args[at];
    return operand === undefined ? { min: 0, max: unbounded } : sizes.of(operand, true);
  };
  const reading = (found: Size): number => charged(found.max, perCharacter);
  const made = (cost: number, result?: Size): Estimate => ({ cost: capped(cost + inputs), size: result });
  switch (id) {
    case 'logical_and':
    case 'logical_or':
      return { cost: inputs };
    case 'conditional': {
      const [condition = 0, yes = 0, no = 0] = costs;
      return { cost: capped(condition + Math.max(yes, no)), size: either(size(1), size(2)) };
    }
    case 'string_format':
      return made(call.target === undefined ? 1 : reading(sizes.of(call.target, true)));
    case 'string_to_bytes':
      return made(reading(size(0)), { min: size(0).min, max: capped(size(0).max * 4) });
    case 'bytes_to_string':
      return made(reading(size(0)), { min: Math.floor(size(0).min / 4), max: size(0).max });
    case 'strings_quote':
      return made(reading(size(0)), { min: size(0).min + 2, max: capped(size(0).max * 2 + 2) });
    case 'starts_with_string':
    case 'ends_with_string':
      return made(reading(size(0)));
    case 'in_list':
      return made(size(1).max);
    case 'matches_string':
      if (call.target === undefined) break;
      return made(capped(reading(plus(sizes.of(call.target, true), one)) * charged(size(0).max, perPattern)));
    case 'contains_string':
      if (call.target === undefined) break;
      return made(capped(reading(sizes.of(call.target, true)) * reading(size(0))));
    case 'add_list':
      return made(1, plus(size(0), size(1)));
    case 'add_string':
    case 'add_bytes':
      return made(reading(plus(size(0), size(1))), plus(size(0), size(1)));
    default:
      if (/^(?:less|greater)(?:_equals)?_(?:string|bytes)$|^(?:not_)?equals$/.test(id) && name !== '')
        return made(charged(Math.min(size(0).max, size(1).max), perCharacter));
  }
  return made(1);
}

/** @see google/cel-go ext/sets.go estimateSetsCost */
function setsEstimate({ id, args }: Call, sizes: Sizes): Estimate | undefined {
  const [first, second] = args;
  if (!/^list_sets_/.test(id) || first === undefined || second === undefined) return undefined;
  const pairs = sizes.of(first).max * sizes.of(second).max;
  return { cost: capped((id === 'list_sets_equivalent_list' ? 2 : 1) * pairs + 1) };
}
