import { dig, digArray, digString, type Json } from '../../../core/json.js';
import { blueError } from './failures.js';
import { specOf, type Job } from './jobs.js';

/**
 * Refuses parameters of a run that its pipeline does not have, and choices it does not offer. Where the pipeline has none,
 * or its Jenkinsfile declares some, anything is taken.
 *
 * @throws ApiError 400; 500 for a choice, which nothing catches
 * @see jenkinsci/blueocean-plugin RunContainerImpl.java; jenkinsci/jenkins ChoiceParameterDefinition.java
 */
export function checkParameters(job: Job, sent: Json): void {
  const spec = specOf(job);
  const declared = digArray(spec, 'parameters');
  const declaresMore = /\bparameters\s*[{(]/.test(digString(spec, 'jenkinsfile'));
  if (job.isMultiBranch || declared.length === 0 || declaresMore) return;
  if (dig(sent, 'parameters') === undefined)
    throw blueError(400, 'This is parameterized job, requires parameters');
  for (const one of digArray(sent, 'parameters')) {
    const name = dig(one, 'name');
    if (typeof name !== 'string') throw blueError(400, 'parameters.name is required element');
    const definition = declared.find((each) => digString(each, 'name') === name);
    if (definition === undefined) throw blueError(400, `No such parameter definition: ${name}`);
    if (digString(definition, 'type') !== 'choice') continue;
    const choices = digString(definition, 'default_value')
      .split('\n')
      .filter((line) => line !== '');
    const value = dig(one, 'value');
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    if (!choices.includes(text)) throw blueError(500, `Illegal choice for parameter ${name}: ${text}`);
  }
}
