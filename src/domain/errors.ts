/** An error the user can act on: what failed, what it means for the audit (`message`), what to do (`hint`). */
export class UserError extends Error {
  readonly hint: string;
  readonly exitCode: 1 | 2;
  constructor(message: string, hint: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
