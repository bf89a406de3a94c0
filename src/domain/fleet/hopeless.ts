import { UserError } from '../errors.ts';

/** What kept a target from being looked at, and will the next time as well: nobody tries again by itself. */
export class Hopeless extends UserError {}
