/**
 * What code scanning asks of a log, as the public documentation of the multitool's GitHub rules has it (GH1001 to GH1007,
 * GH1013 to GH1018, GH2012) and its general ones on tools, messages, addresses and indexes. Written from their descriptions.
 */
export type Json = { [key: string]: Json };
export const list = (v: unknown): Json[] => (Array.isArray(v) ? v : []);
const said = (v: unknown): boolean => typeof v === 'string' && v.trim() !== '';

export const faults = (log: Json): string[] => {
  const out: string[] = [];
  const need = (ok: boolean, rule: string, at: string) => {
    if (!ok) out.push(`${rule} at ${at}`);
  };
  const relative = (v: unknown): boolean =>
    said(v) && !/^[a-z][a-z0-9+.-]*:|^\/|(^|\/)\.\.(\/|$)/i.test(String(v));
  const place = (l: Json, at: string) => {
    const { artifactLocation, region } = l.physicalLocation ?? ({} as Json);
    need(said(artifactLocation?.uri), 'GH1001 a location names its file', at);
    need(relative(artifactLocation?.uri), 'GH1005, GH1006 paths are relative', at);
    need(artifactLocation?.uriBaseId !== undefined, 'SARIF2007 paths start at the repository', at);
    const first = Number(region?.startLine);
    need(Number.isInteger(first) && first > 0, 'GH1003 a location names its line', at);
    need(region?.endLine === undefined || Number(region.endLine) >= first, 'SARIF1007 lines in order', at);
  };
  need(said(log.$schema) && String(log.$schema).includes('2.1.0'), 'SARIF2008, SARIF1011 the schema', 'log');
  need(String(log.version) === '2.1.0', 'GH1013 the version', 'log');
  need(list(log.runs).length > 0 && list(log.runs).length <= 20, 'GH1013, GH1004 runs', 'log');
  for (const [r, run] of list(log.runs).entries()) {
    const driver = (run.tool?.driver ?? {}) as unknown as Json;
    const rules = list(driver.rules);
    need(
      said(driver.name) && String(driver.name).split(/\s+/).length <= 3,
      'GH1018, SARIF2005 a short name',
      `run ${r}`,
    );
    need(/^\d/.test(String(driver.version)), 'SARIF2005 a version that begins with a number', `run ${r}`);
    need(/^https:\/\//.test(String(driver.informationUri)), 'SARIF2005 informationUri, absolute', `run ${r}`);
    need(Array.isArray(run.results), 'GH1014 results', `run ${r}`);
    need(rules.length <= 25_000 && list(run.results).length <= 25_000, 'GH1004 how many', `run ${r}`);
    for (const rule of rules) {
      const at = `rule ${rule.id}`;
      need(said(rule.id) && rule.name !== rule.id, 'SARIF1001 ids', at);
      need(said(rule.shortDescription?.text), 'GH2012 shortDescription', at);
      need(said(rule.fullDescription?.text), 'GH2012 fullDescription', at);
      need(said(rule.help?.text), 'GH2012 help', at);
      need(/[.!?]$/.test(String(rule.fullDescription?.text)), 'SARIF2001 a sentence ends', at);
      need(/^https:\/\//.test(String(rule.helpUri)), 'SARIF2012 helpUri, absolute', at);
      need(list(rule.properties?.tags).length <= 20, 'GH1004 tags', at);
    }
    for (const [n, result] of list(run.results).entries()) {
      const at = `result ${n}`;
      need(said(result.message?.text), 'GH1015 a message', at);
      need(/[.!?]$/.test(String(result.message?.text)), 'SARIF2001 a message is a sentence', at);
      need(list(result.locations).length > 0, 'GH1001 a location', at);
      need(list(result.locations).length <= 1000, 'GH1004 locations', at);
      need(Object.keys(result.partialFingerprints ?? {}).length > 0, 'GH1015 partialFingerprints', at);
      need(rules[Number(result.ruleIndex)]?.id === result.ruleId, 'SARIF1009, SARIF1010 the rule', at);
      for (const [i, l] of list(result.locations).entries()) place(l, `${at} location ${i}`);
      list(result.relatedLocations).forEach((l, i) => {
        need(
          typeof l.message?.text === 'string',
          'GH1007 a related place has a message',
          `${at} related ${i}`,
        );
        place(l, `${at} related ${i}`);
      });
      for (const flow of list(result.codeFlows))
        for (const thread of list(flow.threadFlows))
          for (const step of list(thread.locations)) {
            need(
              step.index === undefined && step.location !== undefined,
              'GH1002 steps stand in their flow',
              at,
            );
            place(step.location as Json, `${at} step`);
          }
    }
  }
  return out;
};
