import { describe, expect, it } from 'vitest';
import { acrossServers, type Beside, EVERYBODY } from '../../src/discovery/across.ts';

const tool = (name: string, description = '') => ({ name, description, params: [] });
const server = (key: string, over: Partial<Beside> = {}): Beside => ({
  key,
  name: key,
  client: 'cursor',
  home: 'alice',
  project: '',
  enabled: true,
  ids: [`npm:${key}`],
  words: `npx ${key}`,
  at: `${key}.json:1`,
  tools: [],
  ...over,
});
const mail = server('mail', { tools: [tool('read_inbox'), tool('list_contacts')] });
const web = server('web', { tools: [tool('fetch_page', 'Fetches a web page.')] });
const chat = server('chat', { tools: [tool('send_message')] });
const notes = server('notes', { tools: [tool('rename_label')] });
const state = (all: Beside[], key: string) => {
  const { toxic, shadowing, duplicate } = acrossServers(all).get(key)!;
  return { toxic: toxic.state, shadowing: shadowing.state, duplicate: duplicate.state };
};

describe('servers beside each other', () => {
  it('make a toxic combination no one of them makes, and those that have no part in it do not', () => {
    const files = server('files', { tools: [tool('read_file')] });
    expect(state([files], 'files').toxic).toBe('not-seen');
    expect(state([chat], 'chat').toxic).toBe('not-seen');
    const all = [files, web, chat, notes];
    expect(all.map((s) => state(all, s.key).toxic)).toEqual(['seen', 'seen', 'seen', 'not-seen']);
    expect(acrossServers(all).get('files')!.toxic.says).toEqual([
      expect.stringMatching(/^reads private data: files \(read_file\)/),
      expect.stringMatching(/^takes in foreign content: .*web \(fetch_page\)/),
      expect.stringMatching(/^can send out: .*chat \(send_message\)/),
    ]);
  });

  it('are together only where one client of one person starts them, for one project, switched on', () => {
    const files = server('files', { tools: [tool('read_file')] });
    const both = (over: Partial<Beside>) =>
      state([files, { ...web, ...over }, { ...chat, ...over }], 'files').toxic;
    expect(both({})).toBe('seen');
    expect(both({ client: 'zed' })).toBe('not-seen');
    expect(both({ home: 'bob' })).toBe('not-seen');
    expect(both({ home: EVERYBODY })).toBe('seen');
    expect(both({ enabled: false })).toBe('not-seen');
    expect(both({ project: 'shop' })).toBe('seen');
    expect(state([{ ...files, project: 'site' }, { ...web, project: 'shop' }, chat], 'files').toxic).toBe(
      'not-seen',
    );
  });

  it('of which the tools are not known are never clean', () => {
    const unknown = server('unknown', { tools: null });
    expect(state([unknown, notes], 'notes')).toMatchObject({
      toxic: 'could-not-look',
      shadowing: 'could-not-look',
    });
    expect(state([unknown, mail, web, chat], 'mail').toxic).toBe('seen');
  });

  it('shadow each other by the name of a tool, or by their own', () => {
    const other = server('other', { tools: [tool('read_inbox')] });
    expect(acrossServers([mail, other]).get('mail')!.shadowing.says).toEqual([
      'read_inbox, which other (other.json:1) offers as well',
    ]);
    const named = { ...server('k'), name: 'mail' };
    expect(state([mail, named], 'mail').shadowing).toBe('seen');
  });

  it('are twice the same, alike or not', () => {
    const again = (words: string) =>
      state([mail, { ...mail, key: 'again', client: 'zed', words }], 'mail').duplicate;
    expect(again('npx mail')).toBe('not-seen');
    expect(again('npx mail@1')).toBe('seen');
    const ofBob = { ...mail, key: 'bob', home: 'bob', words: 'npx mail@1' };
    expect(state([mail, ofBob], 'mail').duplicate).toBe('not-seen');
  });
});
