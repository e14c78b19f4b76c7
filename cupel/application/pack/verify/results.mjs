// SPDX-License-Identifier: Apache-2.0
// What the statements sign: the plan, and a result for each of its checks, tested anew.
import { refuse, expect, step } from './faults.mjs';
import { hex, canonical, same, show } from './bytes.mjs';
import { leafHash, rootOf } from './merkle.mjs';

/** A file that a statement names with its digest; returns its name in the pack. */
export function checkNamed(pack, descriptor, place, covered) {
  const name = `run/${descriptor.name}`;
  if (!pack.has(name)) refuse(name, `missing; ${place} names it`);
  if (pack.digest(name) !== descriptor.digest.sha256) refuse(name, `not the file that ${place} signs`);
  covered.add(name);
  return name;
}

export function readPlan(pack, statements, covered) {
  const statement = statements[0];
  if (statement === undefined) refuse('run/evidence', 'the statement of the plan is missing or false');
  const { name } = statement;
  const { predicate, predicateType } = statement.statement;
  expect(predicateType === 'https://cupel.dev/predicate/plan/v0.1' && statement.what === 'plan', name,
    'the first statement is not that of a plan');
  checkNamed(pack, predicate.planText, name, covered);
  const plan = pack.json(checkNamed(pack, predicate.plan, name, covered));
  const model = plan.inputs.model ?? plan.inputs.predictions;
  expect(same(predicate.inputs, plan.inputs), name, 'names other inputs than run/plan.json');
  expect(same(statement.statement.subject, [{ name: model.file, digest: { sha256: model.sha256 } }]), name,
    'is about another model than run/plan.json');
  return { plan, model, digest: predicate.plan.digest.sha256, engine: predicate.engine };
}

const gravity = { fail: 4, 'not-run': 3, warn: 2, pass: 1, 'not-applicable': 0 };
export const gravest = (verdicts) => verdicts.reduce((a, b) => (gravity[a] >= gravity[b] ? a : b));

/** "<metric>[.value] <comparator> <number>"; the last comparator counts. */
function parseRequirement(text) {
  const at = Math.max(text.lastIndexOf('<'), text.lastIndexOf('>'));
  const comparator = text[at + 1] === '=' ? text.slice(at, at + 2) : text[at];
  const name = text.slice(0, at).trim();
  const onValue = name.endsWith('.value');
  return {
    metric: onValue ? name.slice(0, -6) : name,
    onValue,
    comparator,
    threshold: Number(text.slice(at + comparator.length).trim()),
  };
}

export function holds(comparator, value, threshold) {
  switch (comparator) {
    case '>=': return value >= threshold;
    case '<=': return value <= threshold;
    case '>': return value > threshold;
    case '<': return value < threshold;
    default: return false;
  }
}

/** Tests a requirement anew on the side that hurts; what the statement must say of it. */
function testRequirement(text, metrics) {
  const { metric: name, onValue, comparator, threshold } = parseRequirement(text);
  const metric = metrics.find((one) => one.metric === name);
  const base = { metric: name, comparator, threshold };
  if (metric === undefined) return { ...base, passed: false, verdict: 'not-run', bound: 'value', compared: 0 };
  const upwards = comparator.startsWith('>');
  const bound = onValue || metric.method === undefined ? 'value' : upwards ? 'lower' : 'upper';
  const compared = bound === 'value' ? metric.value : upwards ? metric.low : metric.high;
  let verdict = 'not-run';
  if (metric.value !== null && compared !== null) {
    const ofValue = holds(comparator, metric.value, threshold);
    verdict = !ofValue ? 'fail' : holds(comparator, compared, threshold) ? 'pass' : 'warn';
  }
  return { ...base, passed: verdict === 'pass', verdict, bound, compared };
}

/** A number of a result's file: "nan", "inf", "-inf" and "-0" are texts there, since JSON has no such numbers. */
const finite = (number) => (number === '-0' ? 0 : typeof number === 'number' ? number : null);

/** A metric of a result's file, as the statement must have it. */
function signedMetric(metric) {
  const signed = { metric: metric.name, value: finite(metric.value), sampleSize: metric.n };
  if (metric.count !== undefined && metric.count !== null) signed.count = metric.count;
  const interval = metric.interval ?? undefined;
  if (interval === undefined) return signed;
  const { low, high, level, method } = interval;
  return { ...signed, low: finite(low), high: finite(high), level, method };
}

/** The statement's numbers are those of the result's file, and its verdicts follow from them and the plan. */
function checkNumbers(predicate, result, planned, name) {
  const metrics = (result.result.metrics ?? []).map(signedMetric);
  expect(same(predicate.metrics, metrics), name, 'its metrics are not those of its result file');
  expect(predicate.sampleSize === result.samples, name, 'its number of samples is not that of its result file');
  const root = hex(rootOf((result.result.witnesses ?? []).map((one) => leafHash(canonical(one)))));
  expect(predicate.witnesses.merkleRoot.sha256 === root, name, 'its witnesses are not those of its result file');
  const untested = result.notRunReason !== '' || result.result.notApplicable;
  const tested = untested ? [] : planned.require.map((text) => testRequirement(text, predicate.metrics));
  expect(same(predicate.requirements, tested), name,
    `its requirements are not the plan's, tested on its metrics: ${show(predicate.requirements)}`);
  expect(same(result.requirements.map((one) => one.requirement), untested ? [] : planned.require), name,
    'its result file tests other requirements than the plan');
  const verdict = result.notRunReason !== '' ? 'not-run'
    : tested.length === 0 ? 'not-applicable' : gravest(tested.map((one) => one.verdict));
  expect(predicate.verdict === verdict && result.verdict === verdict, name,
    `its verdict must be ${verdict}, got ${predicate.verdict}`);
}

function checkResult(pack, statement, planned, frozen, covered) {
  const { name } = statement;
  const { predicate, predicateType, subject } = statement.statement;
  expect(predicateType === 'https://cupel.dev/predicate/evidence/v0.1', name, 'is no evidence of a check');
  expect(statement.what === planned.id && predicate.check.id === planned.id, name, `the plan has ${planned.id} here`);
  expect(predicate.plan.digest.sha256 === frozen.digest, name, 'is evidence of another plan');
  expect(same(subject, [{ name: frozen.model.file, digest: { sha256: frozen.model.sha256 } }]), name,
    'is about another model');
  for (const [member, value] of [['inputs', frozen.plan.inputs], ['seed', frozen.plan.seed], ['engine', frozen.engine]]) {
    expect(same(predicate[member], value), name, `has another "${member}" than the plan`);
  }
  for (const member of ['parameters', 'subset']) {
    expect(same(predicate.check[member], planned[member]), name, `has other ${member} than the plan`);
  }
  const result = pack.json(checkNamed(pack, predicate.result, name, covered));
  expect(result.check === planned.id, name, 'its result file is of another check');
  expect(same(predicate.artifacts.map((one) => one.name), result.artifactFiles), name,
    'its artifacts are not those of its result file');
  for (const artifact of predicate.artifacts) step(name, () => checkNamed(pack, artifact, name, covered));
  checkNumbers(predicate, result, planned, name);
  return { predicate, result, statement };
}

export function checkResults(pack, statements, frozen, covered) {
  const checks = frozen.plan.checks.map((planned, i) => {
    const statement = statements[i + 1];
    if (!expect(statement !== undefined, planned.id, 'the plan has this check, and its statement is missing')) {
      return undefined;
    }
    return step(statement.name, () => checkResult(pack, statement, planned, frozen, covered));
  });
  return checks;
}
