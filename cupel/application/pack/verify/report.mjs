// SPDX-License-Identifier: Apache-2.0
// The report: every number of report.json, report.html and report.md is one that was signed.
import { refuse, expect, step } from './faults.mjs';
import { hex, canonical, same, show } from './bytes.mjs';
import { rootOf } from './merkle.mjs';
import { checkNamed, gravest } from './results.mjs';

function reportedMetric(metric) {
  const { name, n, value, count, low, high, level, method } = metric;
  return JSON.parse(JSON.stringify({ metric: name, sampleSize: n, value, count, low, high, level, method }));
}

function reportedRequirement({ metric, comparator, threshold, verdict, bound, compared }) {
  return { metric, comparator, threshold, passed: verdict === 'pass', verdict, bound, compared };
}

/** One check of report.json against its signed statement. */
function checkReportedCheck(pack, reported, { predicate, result, statement }) {
  const place = `run/report.json: ${reported.id}`;
  const pairs = [
    ['id', reported.id, predicate.check.id],
    ['verdict', reported.verdict, predicate.verdict],
    ['principle', reported.principle, predicate.check.principle],
    ['requirements', reported.requirements, predicate.check.requirementIds],
    ['seconds', reported.seconds, predicate.seconds],
    ['requirementsTested', reported.requirementsTested.map(reportedRequirement), predicate.requirements],
    ['requirementsTested, as the plan writes them', reported.requirementsTested.map((one) => one.expression),
      result.requirements.map((one) => one.requirement)],
    ['figures', reported.figures, result.result.figures ?? []],
    ['notes', reported.notes, result.result.notes ?? []],
    ['evidence', reported.evidence, {
      file: statement.name.slice('run/'.length),
      sha256: pack.digest(statement.name),
      ledgerIndex: statement.index,
      keyId: statement.bundle.verificationMaterial.publicKey.hint,
    }],
  ];
  for (const [what, said, signed] of pairs) {
    expect(same(said, signed), place, `"${what}" is not what was signed`);
  }
  const metrics = reported.metrics.map(reportedMetric);
  expect(metrics.length === predicate.metrics.length, place, 'has another number of metrics than was signed');
  metrics.forEach((metric, i) => expect(same(metric, predicate.metrics[i]), place,
    `metric ${metric.metric} is ${show(metric)}, signed was ${show(predicate.metrics[i])}`));
  for (const { name, value } of reported.parameters) {
    const signed = name === 'subset' ? predicate.check.subset : predicate.check.parameters[name];
    const text = signed !== null && typeof signed === 'object' ? canonical(signed) : signed;
    expect(same(value, text), place, `parameter ${name} is not what was signed`);
  }
}

function checkReportJson(pack, report, frozen, checks, ledger, keys) {
  const place = 'run/report.json';
  const { inputs } = frozen.plan;
  const facts = [
    ['title', report.title, frozen.plan.name],
    ['plan', report.plan, { file: 'plan.json', digest: frozen.digest }],
    ['seed', report.seed, canonical(frozen.plan.seed)],
    ['tool', [report.tool.version, report.tool.engineBuild], [frozen.engine.version, frozen.engine.executable.sha256]],
    ['model', report.model && [report.model.name, report.model.sha256],
      inputs.model && [inputs.model.file, inputs.model.sha256]],
    ['data', report.data && [report.data.name, report.data.sha256, report.data.samples],
      inputs.data && [inputs.data.name, inputs.data.digest, inputs.data.samples]],
    ['number of checks', report.checks.length, checks.length],
    ['verdict', report.verdict, gravest(checks.map((check) => check?.predicate.verdict ?? 'not-run'))],
    ['ledger', [report.ledger.origin, report.ledger.size, report.ledger.root],
      [keys.ledger.name, checks.length + 1, hex(rootOf(ledger.hashes.slice(0, checks.length + 1)))]],
    ['ledger.publicKeys', report.ledger.publicKeys.map((key) => key.id), [keys.evidence.id, hex(keys.ledger.id)]],
  ];
  for (const [what, said, signed] of facts) {
    expect(same(said, signed), place, `"${what}" is ${show(said)}, signed was ${show(signed)}`);
  }
  report.checks.forEach((reported, i) => {
    if (checks[i] !== undefined) step(place, () => checkReportedCheck(pack, reported, checks[i]));
  });
}

/** The data inside the page are report.json, with "<" written so that no text closes the script. */
function checkReportHtml(pack, report) {
  const match = /<script id="cupel-report" type="application\/json">([^<]*)<\/script>/.exec(pack.text('run/report.html'));
  expect(match !== null && match[1] === canonical(report).replaceAll('<', '\\u003c'), 'run/report.html',
    'its data are not those of report.json');
}

/** `digits` decimal digits, half to even as C's printf: JavaScript rounds exact halves up. */
function roundedText(value, format, exact) {
  const text = format(value);
  const shown = exact(value);
  const tie = shown.startsWith('5') && /^50*$/.test(shown);
  if (!tie) return text;
  const below = format(value - Math.sign(value) * Number.EPSILON * 4 * Math.abs(value));
  return Number(below.replace(/e.*/, '').at(-1)) % 2 === 0 ? below : text;
}

function fixed1(value) {
  const text = roundedText(value, (x) => x.toFixed(1), (x) => x.toFixed(100).replace(/.*\../, '').slice(1));
  return Object.is(value, -0) ? `-${text}` : text;
}

function general4(value) {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const mantissa = (x) => x.toExponential(3);
  const text = roundedText(value, mantissa, (x) => x.toExponential(100).replace(/^-?\d\.\d{3}/, '').replace(/e.*/, ''));
  const [digits, power] = text.split('e');
  const exponent = Number(power);
  const trim = (number) => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);
  if (exponent >= -4 && exponent < 4) return trim(Number(text).toFixed(3 - exponent));
  return `${trim(digits)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function metricText(metric) {
  const share = metric.unit === '' || metric.unit === 'fraction';
  const number = (value) => (typeof value !== 'number' ? 'n/a' : share ? `${fixed1(100 * value)} %` : general4(value));
  return number(metric.value) + (metric.low === undefined ? '' : ` [${number(metric.low)}, ${number(metric.high)}]`);
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const english = (text) => (typeof text === 'string' ? text : text?.en ?? '');

/** The lines of report.md that claim something, from report.json. */
function claimLines(report) {
  const lines = [`# ${english(report.title)}: ${report.verdict}`];
  for (const check of report.checks) {
    const key = check.metrics.find((one) => one.name === check.requirementsTested[0]?.metric) ?? check.metrics[0];
    const number = key === undefined ? '' : cell(`${key.name} ${metricText(key)}`);
    lines.push(`| ${check.id} | **${check.verdict}** | ${number} | ${check.requirements.join(' ')} | `
      + `[${check.evidence.ledgerIndex}](${check.evidence.file}) |`);
    lines.push(`### ${check.id}: ${check.verdict}`);
    for (const one of check.requirementsTested) {
      lines.push(`| \`${cell(one.expression)}\` | ${one.verdict} | ${cell(english(one.reason))} |`);
    }
    for (const one of check.metrics) lines.push(`| ${cell(one.name)} | ${metricText(one)} | ${one.n} |`);
  }
  return lines;
}

const tableHeads = ['| check | verdict | key number | requirements | evidence |', '| requirement | verdict | why |',
  '| metric | value | n |'];
const principles = ['reliability', 'security', 'privacy', 'fairness', 'explainability'];

/** Headings and table rows of the overview and of the principles' sections: exactly those that report.json gives. */
function checkReportMarkdown(pack, report) {
  const found = [];
  let inside = true;
  for (const line of pack.text('run/report.md').split('\n')) {
    if (line.startsWith('## ')) inside = principles.includes(line.slice(3));
    else if (inside && /^(#|\|)/.test(line) && !/^\|-/.test(line) && !tableHeads.includes(line)) found.push(line);
  }
  const expected = claimLines(report);
  for (const line of expected) expect(found.includes(line), 'run/report.md', `lacks the line ${line}`);
  for (const line of found) expect(expected.includes(line), 'run/report.md', `claims what report.json does not: ${line}`);
  expect(found.length === expected.length, 'run/report.md', 'says a line twice');
}

export function checkReport(pack, statements, frozen, checks, ledger, keys, covered) {
  const statement = statements[frozen.plan.checks.length + 1];
  if (statement === undefined) refuse('run/evidence', 'the statement of the report is missing or false');
  const { subject, predicate, predicateType } = statement.statement;
  expect(predicateType === 'https://cupel.dev/predicate/report/v0.1' && statement.what === 'report', statement.name,
    'the last statement is not that of the report');
  expect(statements.length === frozen.plan.checks.length + 2, 'run/evidence', 'there are statements behind the report\'s');
  for (const one of subject) step(statement.name, () => checkNamed(pack, one, statement.name, covered));
  expect(predicate.plan.digest.sha256 === frozen.digest, statement.name, 'is the report of another plan');
  const report = pack.json('run/report.json', '\n');
  expect(predicate.verdict === report.verdict, 'run/report.json', 'its verdict is not the one that was signed');
  checkReportJson(pack, report, frozen, checks, ledger, keys);
  checkReportHtml(pack, report);
  checkReportMarkdown(pack, report);
  return report.verdict;
}
