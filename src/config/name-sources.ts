import { InputError } from '../core/input-error.js';
import type { Setting } from './setting.js';

/** `options: kubeApiserver: …`, as a server says that it cannot use an option it was given. */
const lineOfOption = /^options: (\w+)[\w[\].]*: (.*)$/s;

/**
 * Says of options that turned out to be unusable only when they were used where somebody gave them: `--kube-apiserver`, not
 * `kubeApiserver`.
 *
 * @param settings In the order they were read, the later ones winning
 * @returns the error itself when nothing of it names an option
 */
export function namingSources(error: unknown, settings: readonly Setting[]): unknown {
  if (!(error instanceof InputError)) return error;
  const problems = error.problems.map((line) => {
    const [, option = '', message = ''] = lineOfOption.exec(line) ?? [];
    const source = settings.findLast(
      ({ path: [name] }) => name === option || name === `${option}File`,
    )?.source;
    if (source === undefined) return line;
    const isOption = source.startsWith('--') || source.startsWith('FAKE_KS_');
    return isOption ? `${source}: ${message}` : line.replace('options', source);
  });
  return new InputError(problems, { cause: error });
}
