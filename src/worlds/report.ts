/** Where in a document something is. */
export type Path = readonly (string | number)[];

/** Takes down what is wrong at a place of the document being checked. */
export type Report = (path: Path, message: string) => void;

/** Where objects of a kind are kept. */
export interface Target {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
}
