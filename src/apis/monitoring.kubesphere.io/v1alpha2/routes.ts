import type { Handler, Route } from '../../../registry/contract.js';
import type { LevelName } from '../../../metrics/levels.js';
import { levelRoutes, sharedLevels } from '../routes.js';

function level(name: LevelName): Handler {
  return async (context) => (await import('./answer.js')).answerOldLevel(context, name);
}

/** Named metrics of 2.1. */
export const routes: readonly Route[] = levelRoutes(sharedLevels, level).map((route) => ({
  ...route,
  errors: 'message',
}));
