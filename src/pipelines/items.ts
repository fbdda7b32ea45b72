import type { Item, Plan, Stage, Step } from './plan.js';

/** Every step of a plan, in order. */
export function allSteps({ items, post }: Plan): readonly Step[] {
  return [...items, ...post.flatMap(([, after]) => after)].flatMap(stepsUnder);
}

function stepsUnder(item: Item): readonly Step[] {
  if (item.kind === 'step') return [item];
  if (item.kind === 'parallel') return item.branches.flatMap(stepsUnder);
  return [...item.items, ...item.post.flatMap(([, after]) => after)].flatMap(stepsUnder);
}

/** The steps of a stage itself: not those of stages in it. */
export function ownSteps({ items, post }: Stage): readonly Step[] {
  return [...items, ...post.flatMap(([, after]) => after)].filter((one) => one.kind === 'step');
}

/** A stage, and where it stands. */
export interface PlacedStage {
  readonly stage: Stage;
  /** Id of the stage that branches off into this one. */
  readonly parent: string | undefined;
  /** Ids of the stages that follow. */
  readonly edges: readonly string[];
}

/** The stages of a plan as a graph: parallel ones branch off from the stage they are in, and lead on to the one after it. */
export function graphOf({ items }: Plan): readonly PlacedStage[] {
  return placed(stagesIn(items), undefined, []);
}

function placed(
  stages: readonly Stage[],
  parent: string | undefined,
  after: readonly string[],
): PlacedStage[] {
  return stages.flatMap((stage, at) => {
    const following = stages[at + 1];
    const next = following === undefined ? after : [following.id];
    const branches = stage.items.flatMap((item) => (item.kind === 'parallel' ? item.branches : []));
    const inner = stagesIn(stage.items.filter(({ kind }) => kind !== 'parallel'));
    const edges =
      branches.length > 0 ? branches.map(({ id }) => id) : inner.length > 0 ? [inner[0]?.id ?? ''] : next;
    return [
      { stage, parent, edges },
      ...branches.flatMap((branch) => placed([branch], stage.id, next)),
      ...placed(inner, stage.id, next),
    ];
  });
}

function stagesIn(items: readonly Item[]): readonly Stage[] {
  return items.flatMap((item) =>
    item.kind === 'stage' ? [item] : item.kind === 'parallel' ? item.branches : [],
  );
}
