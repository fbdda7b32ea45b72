import type { Problem } from '../syntax/problems.js';
import { scalarTypes, showType, typeParameter, type CelType } from '../types/cel-type.js';
import type { Overload } from '../types/signature.js';
import { fit, moreGeneral, resolved, type Bindings } from '../types/unify.js';

/** What is known of types while an expression is looked at: what stands for what, and what is wrong. */
export class TypeNotes {
  protected readonly problems: Problem[] = [];
  #bindings: Bindings = new Map();
  #made = 0;

  /** A type with what its parameters stand for. @param open Whether one that stands for nothing is any type. */
  protected resolved(type: CelType, open = false): CelType {
    return resolved(this.#bindings, type, open);
  }

  protected wrong(at: number, why: string): void {
    this.problems.push({ at, why });
  }

  protected mismatch(at: number, wanted: CelType, found: CelType): void {
    this.wrong(at, `expected type '${showType(wanted)}' but found '${showType(found)}'`);
  }

  protected undeclared(at: number, name: string): void {
    this.wrong(at, `undeclared reference to '${name}' (in container '')`);
  }

  /** An overload with type parameters of its own. */
  protected instance({ takes, gives, parameters }: Overload): { takes: readonly CelType[]; gives: CelType } {
    if (parameters.length === 0) return { takes, gives };
    const fresh = new Map(parameters.map((name) => [name, this.parameter()]));
    return { takes: takes.map((one) => resolved(fresh, one, false)), gives: resolved(fresh, gives, false) };
  }

  protected parameter(): CelType {
    this.#made += 1;
    return typeParameter(`_var${String(this.#made - 1)}`);
  }

  protected fits(from: readonly CelType[], to: readonly CelType[]): boolean {
    const found = fit(this.#bindings, from, to);
    if (found !== undefined) this.#bindings = found;
    return found !== undefined;
  }

  /** The type of what is of one type or the other. */
  protected joined(before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type;
    return this.fits([before], [type]) ? moreGeneral(before, type) : scalarTypes.dyn;
  }
}
