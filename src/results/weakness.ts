import { checksOf, type Methodology } from '../domain/methodology.ts';
import type { ToolResult } from './tool-result.ts';

/**
 * Which question of the audit a foreign result speaks to: by the weakness it names, else by the words of its rule. The
 * order matters: the first row that knows a weakness decides.
 */
type Class = NonNullable<ToolResult['class']>;
type Row = { class: Class; checks: readonly string[]; cwe: readonly number[]; words?: RegExp };

// biome-ignore format: a table is read by line, one weakness a line
const ROWS: readonly Row[] = [
  { class: 'command-injection', checks: ['2.1.2'], cwe: [77, 78], words: /command.?inj|os.?command|shell.?(inj|true)|subprocess|child.?process|\bexec\b/i },
  { class: 'argument-injection', checks: ['2.1.2'], cwe: [88], words: /argument.?inj/i },
  { class: 'sql-injection', checks: ['2.1.2'], cwe: [89, 564], words: /sql/i },
  { class: 'template-injection', checks: ['2.1.2'], cwe: [1336], words: /template.?inj|ssti/i },
  { class: 'deserialization', checks: ['2.1.2'], cwe: [502, 611, 827, 776], words: /deseriali[sz]|pickle|yaml.?load|marshal|\bxxe\b|xml.?(external|parse)/i },
  { class: 'code-execution', checks: ['2.1.2'], cwe: [94, 95, 96, 98, 470, 913, 914, 1321], words: /\beval\b|code.?inj|code.?exec|dynamic.?code|prototype.?poll/i },
  { class: 'ssrf', checks: ['2.1.2', '3.2.3'], cwe: [441, 918], words: /ssrf|request.?forgery.?server|server.?side.?request/i },
  { class: 'path-traversal', checks: ['2.1.2'], cwe: [21, 22, 23, 24, 25, 26, 27, 28, 35, 36, 37, 38, 39, 41, 59, 61, 62, 64, 65, 73, 99, 377, 378, 379, 434], words: /path.?trav|directory.?trav|zip.?slip|file.?(inclusion|disclosure)/i },
  { class: 'query-injection', checks: ['2.1.2'], cwe: [74, 75, 90, 91, 93, 113, 643, 652, 917, 943], words: /(ldap|xpath|nosql|header|crlf).?inj/i },
  { class: 'xss', checks: ['2.1.2'], cwe: [79, 80, 81, 83, 84, 87, 116, 601, 644, 1021], words: /\bxss\b|cross.?site.?script|open.?redirect/i },
  { class: 'log-injection', checks: ['3.3.2'], cwe: [117], words: /log.?(inj|forg)/i },
  { class: 'hygiene', checks: ['2.1.1'], cwe: [20, 129, 704, 843, 915, 1173, 1284, 1285, 1286, 1287, 1288, 1289], words: /input.?valid|mass.?assign/i },
  { class: 'information-disclosure', checks: ['2.1.3', '3.2.4'], cwe: [209, 210, 211, 497, 550], words: /stack.?trace|error.?message.?(leak|expos)/i },
  { class: 'hygiene', checks: ['2.1.3'], cwe: [248, 252, 253, 390, 391, 392, 396, 397, 544, 703, 754, 755], words: /except.?(pass|continue)|empty.?catch|unhandled/i },
  { class: 'redos', checks: ['2.1.4'], cwe: [185, 625, 777, 1333], words: /redos|regex.?(dos|inject)|polynomial|catastrophic/i },
  { class: 'resource-limit', checks: ['2.1.4'], cwe: [190, 191, 362, 367, 369, 400, 401, 404, 405, 409, 674, 770, 771, 772, 789, 834, 835, 1050, 1088], words: /timeout|resource.?exhaust|denial.?of.?service|unbounded/i },
  { class: 'hardcoded-secret', checks: ['2.2.2'], cwe: [259, 321, 540, 547, 615, 798], words: /hard.?coded|secret|credential|password|api.?key|token.?(leak|in)/i },
  { class: 'secret-exposure', checks: ['2.2.1'], cwe: [214, 256, 257, 260, 312, 313, 314, 315, 316, 317, 318, 522, 523, 524, 526, 532, 549, 598], words: /clear.?text.?(storage|logging)/i },
  { class: 'dns-rebinding', checks: ['2.2.3'], cwe: [346, 350, 1385], words: /rebinding|origin.?valid/i },
  { class: 'cors', checks: ['2.2.3'], cwe: [942], words: /\bcors\b/i },
  { class: 'csrf', checks: ['2.2.3'], cwe: [352], words: /csrf/i },
  { class: 'session', checks: ['2.2.3'], cwe: [384, 488, 539, 565, 613, 614, 1004, 1275], words: /session|cookie/i },
  { class: 'missing-auth', checks: ['2.2.3'], cwe: [287, 288, 289, 290, 291, 294, 302, 303, 304, 305, 306, 307, 308, 425, 521, 620, 640, 1390], words: /authenticat/i },
  { class: 'broken-authorization', checks: ['2.2.4'], cwe: [250, 266, 267, 268, 269, 270, 271, 272, 273, 274, 276, 277, 278, 279, 281, 282, 283, 732, 1220], words: /privilege|permission|chmod|setuid/i },
  { class: 'broken-authorization', checks: ['2.2.3'], cwe: [284, 285, 286, 551, 566, 639, 668, 749, 862, 863, 926], words: /authoriz|access.?control/i },
  { class: 'tls', checks: ['2.3.1', '3.2.2'], cwe: [295, 296, 297, 298, 299, 300, 319, 322, 757, 923, 940, 941, 1327], words: /\btls\b|\bssl\b|certificate|insecure.?(transport|http)|plaintext.?http/i },
  { class: 'crypto', checks: ['2.3.1'], cwe: [261, 310, 311, 323, 324, 325, 326, 327, 328, 329, 330, 331, 334, 335, 336, 337, 338, 339, 340, 345, 347, 353, 354, 759, 760, 780, 916, 1204, 1240, 1241], words: /crypt|\bmd5\b|\bsha1\b|weak.?(hash|random)|random/i },
  { class: 'information-disclosure', checks: ['2.3.2'], cwe: [200, 201, 202, 203, 208, 213, 215, 219, 359, 402, 403, 530, 538, 541, 548, 552, 651], words: /disclos|leak|sensitive|exposure/i },
  { class: 'configuration', checks: ['3.2.3'], cwe: [605, 1327], words: /bind.?all|0\.0\.0\.0/i },
  { class: 'configuration', checks: ['2.3.3'], cwe: [5, 7, 11, 13, 15, 16, 260, 453, 489, 756, 1173, 1188, 1394], words: /debug|misconfig|default.?config/i },
  { class: 'hygiene', checks: ['3.3.1'], cwe: [223, 224, 778, 779], words: /logging/i },
  { class: 'supply-chain', checks: ['1.3.4'], cwe: [353, 426, 427, 494, 506, 507, 509, 510, 512, 829, 830, 1104, 1357], words: /unpinned|pin(ned)?.?(action|depend)|workflow|github.?actions|supply.?chain|malicious|typosquat/i },
  { class: 'supply-chain', checks: ['1.3.2'], cwe: [937, 1035, 1352, 1395], words: /vulnerable.?(dep|package|component)|advisory/i },
  { class: 'container', checks: ['3.1.1'], cwe: [], words: /docker|container|kubernetes|\bk8s\b|^DL\d{4}|^SC\d{4}|^(AVD-)?(DS|KSV)-?\d+/i },
  { class: 'prompt-injection', checks: ['2.4.3'], cwe: [1427], words: /prompt.?inj/i },
  { class: 'tool-poisoning', checks: ['2.4.1'], cwe: [], words: /tool.?poison|hidden.?(instruct|character)|trojan.?source|bidi/i },
  { class: 'hygiene', checks: ['2.1.4'], cwe: [119, 120, 121, 122, 125, 131, 134, 170, 193, 415, 416, 457, 476, 665, 680, 681, 682, 787, 788, 824, 908], words: /overflow|use.?after.?free|null.?(pointer|deref)|out.?of.?bounds/i },
];

const BY_CWE = new Map<number, Row>();
for (const row of ROWS) for (const cwe of row.cwe) if (!BY_CWE.has(cwe)) BY_CWE.set(cwe, row);

/** A result nobody can place still has to be seen: it is put where the code as a whole is judged. */
const ELSEWHERE: Row = { class: 'hygiene', checks: ['1.2.1'], cwe: [] };

const rowOf = (result: ToolResult): Row => {
  for (const cwe of result.cwe) {
    const row = BY_CWE.get(Number(cwe.slice(4)));
    if (row) return row;
  }
  if (result.class) return ROWS.find((r) => r.class === result.class) ?? ELSEWHERE;
  const words = `${result.rule} ${result.title}`;
  return ROWS.find((r) => r.words?.test(words)) ?? ELSEWHERE;
};

/**
 * Class and checks of a result in this methodology. A methodology of one's own may have other checks: those that refer to
 * the weakness are taken then, and in the end its first check, because a result in no check would be lost.
 */
export const judgedUnder = (
  result: ToolResult,
  methodology: Methodology,
): { class: Class; checks: string[] } => {
  const row = rowOf(result);
  const all = checksOf(methodology);
  const known = new Set(all.map((c) => c.id));
  const named = (result.checks ?? row.checks).filter((id) => known.has(id));
  const referring = all
    .filter((c) => c.references.cwe.some((cwe) => result.cwe.includes(cwe)))
    .map((c) => c.id);
  const checks =
    named.length > 0 ? named : referring.length > 0 ? referring : all.slice(0, 1).map((c) => c.id);
  return { class: result.class ?? row.class, checks };
};
