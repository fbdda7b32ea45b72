/** Says that no value fits a schema, or none that can be made up here, and why. */
export class Unsatisfiable extends Error {}
