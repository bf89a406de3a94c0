import type { Parsed } from '../files/parse-json.ts';
import { bag, entriesOf, list, text } from '../files/shape.ts';
import { namesSecretVariable } from '../repository/secret-variables.ts';

/** The parts of a compose file that bear on isolation, per service. */
export type ComposeService = {
  name: string;
  line: number;
  image: string;
  notes: { rule: string; say: string; line: number; strength: 'strong' | 'moderate' | 'weak' }[];
  good: string[];
  missing: string[];
};

/** More than any honest file has. */
export const MOST_SERVICES = 100;

const SENSITIVE_MOUNT =
  /^(?:\/|~|\/(?:etc|root|home|proc|sys|boot|dev|var\/lib\/docker|var\/run)(?:\/.*)?|\/var\/run\/docker\.sock|\$\{?HOME\}?)$/;

export const readCompose = (document: Extract<Parsed, { ok: true }>): ComposeService[] =>
  entriesOf(bag(document.value).services)
    .slice(0, MOST_SERVICES)
    .map(([name, raw]) => {
      const s = bag(raw);
      const notes: ComposeService['notes'] = [];
      const note = (
        rule: string,
        say: string,
        strength: 'strong' | 'moderate' | 'weak',
        ...at: (string | number)[]
      ): void => {
        notes.push({ rule, say, line: document.lineOf(['services', name, ...at]), strength });
      };
      if (s.privileged === true) note('privileged', 'runs privileged', 'strong', 'privileged');
      for (const key of ['network_mode', 'pid', 'ipc', 'userns_mode'])
        if (s[key] === 'host')
          note('host-namespace', `shares the host's ${key.replace('_mode', '')} namespace`, 'moderate', key);
      list(s.cap_add).forEach((c, i) => {
        note(
          'added-capability',
          `adds the capability ${text(c)}`,
          /SYS_ADMIN|ALL|SYS_PTRACE|SYS_MODULE|NET_ADMIN|DAC_READ_SEARCH/.test(text(c))
            ? 'strong'
            : 'moderate',
          'cap_add',
          i,
        );
      });
      list(s.security_opt).forEach((o, i) => {
        if (/unconfined|no-new-privileges[:=]false/.test(text(o)))
          note('confinement-off', `switches confinement off: ${text(o)}`, 'strong', 'security_opt', i);
      });
      list(s.volumes).forEach((v, i) => {
        const source = text(v) ? text(v).split(':')[0]! : text(bag(v).source);
        if (/docker\.sock|containerd\.sock|podman\.sock/.test(source))
          note('container-socket', 'mounts the container engine’s socket', 'strong', 'volumes', i);
        else if (SENSITIVE_MOUNT.test(source))
          note('host-mount', `mounts ${source} of the host`, 'moderate', 'volumes', i);
      });
      list(s.ports).forEach((p, i) => {
        const published = text(p) || (typeof p === 'number' ? String(p) : '') || text(bag(p).published);
        const local =
          /^(?:127\.0\.0\.1|\[?::1\]?|localhost):/.test(published) || text(bag(p).host_ip) === '127.0.0.1';
        if (published !== '' && !local)
          note('published-port', `publishes port ${published} on all interfaces`, 'weak', 'ports', i);
      });
      const environment = Array.isArray(s.environment)
        ? s.environment.map((e, i) => ({
            key: text(e).split('=')[0]!,
            value: text(e).split('=').slice(1).join('='),
            at: i as string | number,
          }))
        : entriesOf(s.environment).map(([key, value]) => ({
            key,
            value: typeof value === 'string' || typeof value === 'number' ? String(value) : '',
            at: key as string | number,
          }));
      for (const { key, value, at } of environment)
        if (
          namesSecretVariable(key) &&
          value !== '' &&
          !/^\$|^\/run\/secrets|_FILE$/.test(value) &&
          !key.endsWith('_FILE')
        )
          note('secret-in-environment', `writes a value for ${key}`, 'moderate', 'environment', at);
      const good: string[] = [];
      const missing: string[] = [];
      const want = (say: string, present: boolean): void => {
        (present ? good : missing).push(say);
      };
      want('user', text(s.user) !== '' && !/^(0|root)(:|$)/.test(text(s.user)));
      want('read_only', s.read_only === true);
      want('cap_drop', list(s.cap_drop).length > 0);
      want(
        'no-new-privileges',
        list(s.security_opt).some((o) => /no-new-privileges(?:[:=]true)?$/.test(text(o))),
      );
      const limits = bag(bag(bag(s.deploy).resources).limits);
      want('memory limit', s.mem_limit !== undefined || limits.memory !== undefined);
      want('cpu limit', s.cpus !== undefined || limits.cpus !== undefined);
      want('pids limit', s.pids_limit !== undefined || limits.pids !== undefined);
      want('healthcheck', s.healthcheck !== undefined);
      return { name, line: document.lineOf(['services', name]), image: text(s.image), notes, good, missing };
    });
