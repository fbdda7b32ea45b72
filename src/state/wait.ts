import type { Clock } from './clock.js';

/** Milliseconds after which a clock that may have been set going again is looked at. */
const lookEvery = 1000;

/** Resolves when a world's clock reaches a moment (milliseconds since 1970), however it gets there, or when aborted. */
export function waitUntil(clock: Clock, due: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const done = (): void => {
      clearTimeout(timer);
      callOff();
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    const callOff = clock.schedule(due, done);
    for (const signal of signals) signal.addEventListener('abort', done);
    const look = (): void => {
      clock.runDue();
      const left = clock.frozen ? lookEvery : Math.min(lookEvery, due - clock.now());
      if (due > clock.now()) timer = setTimeout(look, Math.max(1, left)).unref();
    };
    if (signals.some(({ aborted }) => aborted)) done();
    else look();
  });
}
