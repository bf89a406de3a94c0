import type { z } from 'zod';
import type { Role } from '../domain/assistance.ts';
import type { Client } from '../domain/proposal.ts';
import type { Part } from './answer.ts';
import type { Desk } from './desk.ts';

/** What an assistant can ask for. Reading tools change nothing at all; proposing tools add to the proposals, and to nothing else. */
export type Tool = {
  name: string;
  title: string;
  description: string;
  input: z.ZodObject;
  proposes: boolean;
  roles: readonly Role[];
  run(desk: Desk, given: unknown, client: Client): Promise<readonly Part[]>;
};

export const BOTH: readonly Role[] = ['auditor', 'refuter'];
export const AUDITOR: readonly Role[] = ['auditor'];

/** A tool whose arguments have the type its schema gives them. */
export const tool = <I extends z.ZodObject>(
  t: Omit<Tool, 'input' | 'run' | 'proposes' | 'roles'> & {
    input: I;
    proposes?: boolean;
    roles?: readonly Role[];
    run(desk: Desk, given: z.infer<I>, client: Client): Promise<readonly Part[]>;
  },
): Tool => ({
  ...t,
  proposes: t.proposes ?? false,
  roles: t.roles ?? AUDITOR,
  run: (desk, given, client) => t.run(desk, t.input.parse(given) as z.infer<I>, client),
});
