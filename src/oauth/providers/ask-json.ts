import { isJsonObject, type JsonObject } from '../../core/json.js';
import { AskError, askServer } from '../../upstream/ask-server.js';
import { IdentityError } from './identity.js';

/** A JSON object a provider serves. @throws IdentityError when it serves none, in the words of Go where it cannot be reached */
export async function askJson(
  address: string,
  question: { readonly token?: string; readonly insecure: boolean },
): Promise<JsonObject> {
  const { token, insecure } = question;
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  try {
    const { status, reason, body } = await askServer(address, { headers, insecure });
    const text = body.toString('utf8');
    if (status !== 200) throw new IdentityError(`${String(status)} ${reason}: ${text}`);
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
    throw new IdentityError('json: cannot unmarshal value into Go value of type map[string]interface {}');
  } catch (error) {
    if (error instanceof AskError) throw new IdentityError(error.message);
    // Differs from KubeSphere: what is wrong with the JSON is said in the words of our reader.
    throw error instanceof SyntaxError ? new IdentityError(error.message) : error;
  }
}
