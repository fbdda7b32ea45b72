/** Values of environment variables and parameters by name. */
export type Variables = ReadonlyMap<string, string>;

/** A text with `$NAME`, `${NAME}`, `${env.NAME}` and `${params.NAME}` replaced, where these have a value. */
export function fill(text: string, variables: Variables): string {
  return text.replace(
    /\$(?:\{\s*(?:env\.|params\.)?(\w+)\s*\}|(\w+))/g,
    (whole, inBraces?: string, plain?: string) => variables.get(inBraces ?? plain ?? '') ?? whole,
  );
}
