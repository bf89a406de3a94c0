import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rulesLint } from '../../src/commands/rules-lint.ts';

const RULE = `rules:
  - id: my-mailer
    class: information-disclosure
    cwe: [CWE-201]
    checks: [2.1.2]
    strength: moderate
    title: is sent by mail
    about: Whoever is on the list reads it.
    sinks:
      - calls: [house-mail.send]
        languages: [javascript]
    samples:
      - language: javascript
        finds: moderate
        code: |
          import { send } from 'house-mail';
          server.tool('mail', { text: z.string() }, async ({ text }) => { send(text); });
      - language: javascript
        finds: nothing
        code: |
          import { send } from 'house-mail';
          server.tool('mail', { n: z.number() }, async ({ n }) => { send('done'); });
`;

const linted = async (text: string | null, json = false) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'rules-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  if (text !== null) fs.writeFileSync(path.join(dir, 'mine.yml'), text);
  const said: string[] = [];
  const complained: string[] = [];
  const out = {
    stdout: (t: string) => void said.push(t),
    stderr: (t: string) => void complained.push(t),
  };
  const code = await rulesLint(dir, out, { json });
  return { code, said: said.join(''), complained: complained.join('') };
};

describe('mcp-audit rules lint', () => {
  it('is content with rules whose samples say what they expect', async () => {
    expect(await linted(RULE)).toMatchObject({ code: 0, said: '1 rule, 2 samples, no problems\n' });
  });

  it('names the file, line and key of what is wrong, and tries the other rules', async () => {
    const { code, said } = await linted(`${RULE}  - id: broken\n    class: nonsense\n`);
    expect(code).toBe(1);
    expect(said).toMatch(/^mine\.yml:24 {2}rules\[1\]\.class {2}expected one of/m);
    expect(said).toContain('1 rule, 2 samples');
  });

  it('tells a sample that a rule answers differently', async () => {
    const { code, said } = await linted(RULE.replace('finds: moderate', 'finds: strong'));
    expect(code).toBe(1);
    expect(said).toContain('my-mailer  sample 1  expected strong, found moderate');
  });

  it('tells a sample whose code cannot be parsed', async () => {
    const { said } = await linted(RULE.replace("send('done'); });", "send('done' ]"));
    expect(said).toMatch(/my-mailer {2}sample 2 {2}was not tried: its code cannot be parsed/);
  });

  it('wants to see what a rule leaves alone', async () => {
    const { said } = await linted(
      RULE.replace("send('done')", 'send(n2)').replace('finds: nothing', 'finds: moderate'),
    );
    expect(said).toContain('none shows what is left alone');
  });

  it('says the same as JSON', async () => {
    const { code, said } = await linted(RULE, true);
    expect(code).toBe(0);
    expect(JSON.parse(said)).toEqual({
      ok: true,
      rules: ['my-mailer'],
      problems: [],
      samples: [],
      sided: [],
    });
  });

  it('ends with 2 where there is nothing to read', async () => {
    const { code, complained } = await linted(null);
    expect(code).toBe(2);
    expect(complained).toContain('holds no YAML file');
  });
});
