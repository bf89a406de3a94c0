// The program of a worker process of a fleet (src/io/fleet/pool.ts): each request names one target of a run.
import { worker, workerEmit } from 'workerpool';
import { auditTarget, type FleetWork, readOnce } from './commands/fleet-target.ts';
import { createHost } from './commands/host.ts';
import { UserError } from './domain/errors.ts';
import { Hopeless } from './domain/fleet/hopeless.ts';
import type { Attempt } from './io/fleet/pool.ts';
import { redactSecrets } from './text/redact.ts';

// What one target says belongs to its entry: nothing of it is printed among what others say.
const host = {
  ...createHost(),
  stdout: () => {},
  stderr: () => {},
  progress: (text: string) => workerEmit(text),
};

const methodologies = readOnce();

worker({
  audit: async (work: FleetWork): Promise<Attempt> => {
    try {
      return { entry: await auditTarget(host, methodologies, work, host.progress) };
    } catch (error) {
      const told = error instanceof Error ? error.message || error.name : String(error);
      return {
        error: redactSecrets(told),
        hint: error instanceof UserError ? redactSecrets(error.hint) : 'this may be a defect of mcp-audit',
        hopeless: error instanceof Hopeless,
      };
    }
  },
});
