// Writes the JSON Schemas of everything people may edit or read by machine, from the zod types that the program itself
// checks with. Run after changing one: npm exec -- node scripts/schemas.ts
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { model } from '../src/analysis/flow/models.ts';
import { DISCOVERY_SCHEMA, discovery } from '../src/discovery/discovery.ts';
import { bundledAdvisories } from '../src/domain/advisory.ts';
import { parseCrosswalk, standard } from '../src/domain/crosswalk.ts';
import { EVIDENCE_SCHEMA, evidenceFile } from '../src/domain/evidence.ts';
import { templateFile } from '../src/domain/finding-template.ts';
import { fleetFile } from '../src/domain/fleet/fleet-file.ts';
import { FLEET_SCHEMA, fleetReport } from '../src/domain/fleet/report.ts';
import {
  methodologyIndex,
  scorecard,
  section,
  top10Catalogue,
  ttpCatalogue,
} from '../src/domain/methodology.ts';
import {
  CONFIRM_SCHEMA,
  confirmReport,
  LOCK_SCHEMA,
  PROBE_SCHEMA,
  probeReport,
  toolsLock,
} from '../src/domain/observation.ts';
import { BASELINE_SCHEMA, baseline } from '../src/domain/pipeline/baseline.ts';
import { configuration } from '../src/domain/pipeline/configuration.ts';
import { LEADS_SCHEMA, leadsReport } from '../src/domain/pipeline/leads-report.ts';
import { PROPOSALS_SCHEMA, proposalsJson } from '../src/domain/proposals-json.ts';
import { CHECK_SCHEMA, checkReport } from '../src/domain/quick-look.ts';
import { interfaceSettings } from '../src/domain/settings.ts';
import { COVERAGE_SCHEMA, coverage } from '../src/domain/standard-coverage.ts';
import { policy } from '../src/policy/policy.ts';
import { POLICY_SCHEMA, policyReport } from '../src/policy/report.ts';
import { JOIN_SCHEMA, joinJson } from '../src/report/formats/join-json.ts';
import { METHOD_SCHEMA, methodJson } from '../src/report/formats/method-json.ts';
import { PEER_REVIEW_SCHEMA, peerReview } from '../src/report/formats/peer-review.ts';
import { REAUDIT_SCHEMA, reauditJson } from '../src/report/formats/reaudit-json.ts';
import { REPORT_SCHEMA, reportJson } from '../src/report/formats/report-json.ts';
import { SIGNATURES_SCHEMA, signaturesJson } from '../src/report/formats/signatures-json.ts';
import { VERIFY_FIXES_SCHEMA, verifyFixesJson } from '../src/report/formats/verify-fixes-json.ts';

const SCHEMAS = [
  ['check-section', section, 'One section of a methodology: a YAML file with its checks'],
  ['methodology', methodologyIndex, 'methodology.yml: the table of contents'],
  ['scorecard', scorecard, 'scorecard.yml: levels, dimensions and criteria of the selection scorecard'],
  ['ttps', ttpCatalogue, 'catalogue/ttps.yml: attack techniques'],
  ['top10', top10Catalogue, 'catalogue/top10.yml: names of the ten risks'],
  ['report', reportJson, `What "mcp-audit report --format json" writes: ${REPORT_SCHEMA}`],
  ['join', joinJson, `What "mcp-audit join --json" writes: ${JOIN_SCHEMA}`],
  ['signatures', signaturesJson, `What "mcp-audit verify-signature --json" writes: ${SIGNATURES_SCHEMA}`],
  ['method', methodJson, `What "mcp-audit method --json" writes: ${METHOD_SCHEMA}`],
  ['peer-review', peerReview, `What "mcp-audit review --json" writes: ${PEER_REVIEW_SCHEMA}`],
  ['advisories', bundledAdvisories, 'advisories/mcp.json: known vulnerabilities of MCP packages'],
  ['model', model, 'models/<language>/<library>.yml: what a library does with values'],
  ['finding-templates', templateFile, 'findings/*.yml: texts to begin a finding from'],
  ['probe', probeReport, `What "mcp-audit probe --json" writes: ${PROBE_SCHEMA}`],
  ['confirm', confirmReport, `What "mcp-audit confirm --json" writes: ${CONFIRM_SCHEMA}`],
  ['tools-lock', toolsLock, `tools.lock.json, what a server offered: ${LOCK_SCHEMA}`],
  ['proposals', proposalsJson, `What "mcp-audit proposals --json" writes: ${PROPOSALS_SCHEMA}`],
  ['settings', interfaceSettings, 'settings.json: how the interface looks, its keys, commands of your own'],
  ['reaudit', reauditJson, `What "mcp-audit reaudit --json" writes: ${REAUDIT_SCHEMA}`],
  ['verify-fixes', verifyFixesJson, `What "mcp-audit verify-fixes --json" writes: ${VERIFY_FIXES_SCHEMA}`],
  ['crosswalk', standard, 'crosswalk/*.yml: what checks have to do with a standard'],
  ['coverage', coverage, `What "mcp-audit crosswalk coverage --json" writes: ${COVERAGE_SCHEMA}`],
  ['leads', leadsReport, `What "mcp-audit collect --format json" writes: ${LEADS_SCHEMA}`],
  ['baseline', baseline, `What "mcp-audit collect --write-baseline" writes: ${BASELINE_SCHEMA}`],
  ['configuration', configuration, "mcp-audit.yml in a server's own repository"],
  ['discovery', discovery, `What "mcp-audit discover --json" writes: ${DISCOVERY_SCHEMA}`],
  ['policy', policy, 'policy.yml: what an organisation asks of a server before it is used'],
  ['policy-report', policyReport, `What "mcp-audit policy check --json" writes: ${POLICY_SCHEMA}`],
  ['fleet', fleetFile, 'mcp-audit-fleet.yml: the servers that are run somewhere'],
  ['fleet-report', fleetReport, `What "mcp-audit fleet report --format json" writes: ${FLEET_SCHEMA}`],
  ['check', checkReport, `What "mcp-audit check --json" writes: ${CHECK_SCHEMA}`],
  ['evidence', evidenceFile, `What "mcp-audit collect --json" writes: ${EVIDENCE_SCHEMA}`],
] as const;

/** File name and text of each schema, as they are committed in `checklists/schema/`. */
export const schemaFiles = (): { name: string; text: string }[] =>
  SCHEMAS.map(([name, type, title]) => {
    // What an author writes is the input: keys with a default may be left out.
    const { $schema, ...body } = z.toJSONSchema(type, { io: 'input', target: 'draft-2020-12' });
    return { name: `${name}.schema.json`, text: `${JSON.stringify({ $schema, title, ...body }, null, 2)}\n` };
  });

const CHECKLISTS = join(import.meta.dirname, '..', 'checklists');

/** The standards of checklists/crosswalk/ as the program takes them: parsing YAML at every start would take longer. */
export const crosswalkText = (checks: ReadonlySet<string>): string => {
  const folder = join(CHECKLISTS, 'crosswalk');
  const files = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.yml'))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  const { standards, problems } = parseCrosswalk(files, checks);
  if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
  return `${JSON.stringify(standards, null, 1)}\n`;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ids = new Set(
    readdirSync(CHECKLISTS)
      .filter((name) => /^\d.*\.yml$/.test(name))
      .flatMap((name) => section.parse(parse(readFileSync(join(CHECKLISTS, name), 'utf8'))).checks)
      .map((c) => c.id),
  );
  writeFileSync(join(CHECKLISTS, 'catalogue', 'crosswalk.json'), crosswalkText(ids));
  const dir = join(CHECKLISTS, 'schema');
  mkdirSync(dir, { recursive: true });
  for (const { name, text } of schemaFiles()) writeFileSync(join(dir, name), text);
}
