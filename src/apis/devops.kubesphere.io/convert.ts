import { parseGoJson } from '../../core/go-json.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { statementsOf } from '../../pipelines/groovy/statements.js';
import { ScriptError } from '../../pipelines/groovy/tokens.js';
import { problemsOf, toJenkinsfile } from '../../pipelines/to-jenkinsfile.js';
import { toModel } from '../../pipelines/to-model.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { jobOf } from './jenkins/jobs.js';
import { blueReply } from './jenkins/replies.js';
import type { Shape } from './jenkins/shape.js';

const jenkinsfileShape: Shape = {
  status: 'omit',
  data: { result: 'omit', jenkinsfile: 'omit', errors: [{ location: 'omit', error: 'omit' }] },
};
const modelShape: Shape = { status: 'omit', data: { result: 'omit', json: 'omit', errors: 'omit' } };

/**
 * `POST /tojenkinsfile`: the model in the field `json` of a form as a Jenkinsfile.
 *
 * @see jenkinsci/pipeline-model-definition-plugin ModelConverterAction.java
 */
export function convertToJenkinsfile(context: RequestContext): Reply {
  const text = fieldOf(context, 'json');
  return answer(context, jenkinsfileShape, () => {
    const model = readModel(text);
    const problems = problemsOf(model);
    if (problems.length > 0 || !isJsonObject(model))
      return failure(problems.map(({ location, error }) => ({ location, error })));
    return { result: 'success', jenkinsfile: toJenkinsfile(model) };
  });
}

/** `POST /tojson`: the Jenkinsfile in the field `jenkinsfile` of a form as a model. */
export function convertToJson(context: RequestContext): Reply {
  const text = fieldOf(context, 'jenkinsfile');
  return answer(context, modelShape, () => {
    if (text === '') return failure([{ error: "No content found for 'jenkinsfile' parameter" }]);
    try {
      return { result: 'success', json: toModel(text) };
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      return failure([
        { error: `${error.message} @ line ${String(error.line)}, column ${String(error.column)}.` },
      ]);
    }
  });
}

function answer(context: RequestContext, shape: Shape, data: () => JsonObject): Reply {
  return blueReply(context, { status: 'ok', data: data() }, shape);
}

function failure(errors: readonly JsonObject[]): JsonObject {
  return { result: 'failure', errors };
}

function readModel(text: string): Json {
  try {
    return parseGoJson(text);
  } catch {
    return null;
  }
}

/**
 * `POST …/checkScriptCompile`: whether a script could be run, by the field `value` of a form.
 *
 * @see jenkinsci/workflow-cps-plugin CpsFlowDefinitionValidator.java
 */
export function checkScript(context: RequestContext): Reply {
  jobOf(context);
  const script = fieldOf(context, 'value');
  try {
    const isDeclarative = statementsOf(script).some((one) => one.kind === 'call' && one.name === 'pipeline');
    if (isDeclarative) toModel(script);
    return json({ status: 'success' });
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const { column, line, message } = error;
    return json({ column, line, message, status: 'fail' });
  }
}

function fieldOf({ body }: RequestContext, name: string): string {
  return new URLSearchParams(body?.toString('utf8') ?? '').get(name) ?? '';
}
