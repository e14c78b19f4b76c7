// SPDX-License-Identifier: Apache-2.0
//
// The exports of a real run follow their published schemas; and each validator refuses what is wrong.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { changed, DATA, example, Run } from './run.mjs';
import { croissant, cycloneDx, modelCard, sarif } from './validators.mjs';

const skip = existsSync(DATA) ? false : `needs ${DATA}`;
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('exports of a run', { skip }, () => {
  let run;
  before(() => {
    run = new Run();
  });
  after(() => run?.remove());

  const parsed = (format, ...more) => JSON.parse(run.export(format, ...more));

  it('are the same bytes each time', () => {
    for (const format of ['cyclonedx', 'model-card', 'sarif']) assert.equal(run.export(format), run.export(format));
  });

  it('never say that something conforms', () => {
    for (const format of ['cyclonedx', 'model-card', 'sarif']) assert.doesNotMatch(run.export(format), /complian|conformance/i);
  });

  it('are refused for a changed run, with exit code 4 and nothing written', () => {
    const other = new Run();
    appendFileSync(join(other.run, 'report.json'), ' ');
    const out = join(other.folder, 'bom.json');
    const { status, stdout } = other.cupel('export', other.run, '--format', 'cyclonedx', '--out', out);
    assert.equal(status, 4);
    assert.equal(stdout, '');
    assert.equal(existsSync(out), false);
    other.remove();
  });

  describe('CycloneDX 1.7', () => {
    let bom;
    let validate;
    before(() => {
      bom = parsed('cyclonedx');
      validate = cycloneDx();
    });
    it('follows the schema', () => assert.deepEqual(validate(bom), []));
    for (const [what, change] of [
      ['an unknown member', (b) => { b.metadata.component.modelCard.modelParameter = {}; }],
      ['a claim of another shape', (b) => { b.declarations.claims[0].verdict = 'pass'; }],
      ['a number where a text is asked for', (b) => { b.metadata.component.modelCard.quantitativeAnalysis.performanceMetrics[0].value = 0.5; }],
      ['a hash of another length', (b) => { b.metadata.component.hashes[0].content = 'abc'; }],
      ['an unknown kind of component', (b) => { b.components[0].type = 'model'; }],
      ['a serial number that is none', (b) => { b.serialNumber = 'urn:uuid:1'; }],
    ]) it(`a document with ${what} is refused`, () => assert.notDeepEqual(validate(changed(bom, change)), []));
    it('links files of the run by their digests', () => {
      assert.equal(bom.externalReferences.length, 6);
      for (const { url, hashes } of bom.externalReferences) assert.equal(hashes[0].content, sha256(join(run.run, url)), url);
    });
    it('maps topics to claims that are there', () => {
      const claims = new Set(bom.declarations.claims.map((c) => c['bom-ref']));
      const topics = bom.declarations.attestations[0].map;
      assert.ok(topics.length > 5);
      for (const { claims: refs } of topics) for (const ref of refs) assert.ok(claims.has(ref), ref);
    });
  });

  describe('SARIF 2.1.0', () => {
    let log;
    let validate;
    before(() => {
      log = parsed('sarif');
      validate = sarif();
    });
    it('follows the schema', () => assert.deepEqual(validate(log), []));
    for (const [what, change] of [
      ['an illegal kind', (l) => { l.runs[0].results[0].kind = 'passed'; }],
      ['an illegal level', (l) => { l.runs[0].results[0].level = 'fatal'; }],
      ['an unknown member', (l) => { l.runs[0].results[0].verdict = 'pass'; }],
      ['a result without message', (l) => { delete l.runs[0].results[0].message; }],
    ]) it(`a log with ${what} is refused`, () => assert.notDeepEqual(validate(changed(log, change)), []));
    it('has a level other than none for failures only, and passes', () => {
      const { results } = log.runs[0];
      for (const { kind, level } of results) assert.equal(level === 'none', kind !== 'fail');
      assert.ok(results.some(({ kind }) => kind === 'pass'));
    });
    it('names rules and artifacts that are there', () => {
      const { results, artifacts, tool } = log.runs[0];
      for (const result of results) {
        assert.equal(tool.driver.rules[result.ruleIndex].id, result.ruleId);
        for (const { physicalLocation: { artifactLocation: { uri, index } } } of [...result.locations, ...result.relatedLocations]) assert.equal(artifacts[index].location.uri, uri);
      }
    });
  });

  describe('the model card', () => {
    let card;
    const validate = modelCard();
    before(() => {
      card = parsed('model-card');
    });
    it('has the members of the schema', () => assert.deepEqual(validate(card), []));
    it('a misspelt member is refused', () => assert.notDeepEqual(validate(changed(card, (c) => { c.consideration = {}; })), []));
    it('a value as text is refused', () => assert.notDeepEqual(validate(changed(card, (c) => { c.quantitative_analysis.performance_metrics[0].value = '1'; })), []));
  });

  describe('Croissant 1.1', () => {
    let card;
    before(() => {
      card = parsed('croissant', '--manifest', example('test.toml'));
    });
    it('expands to known terms, types and references', async () => assert.deepEqual(await croissant(card), []));
    it('has the digests of the files', () => {
      for (const file of card.distribution) assert.equal(file.sha256, sha256(file.contentUrl));
    });
    it('is what `cupel data croissant` writes', () => {
      assert.deepEqual(JSON.parse(run.cupel('data', 'croissant', example('test.toml')).stdout), card);
    });
    it('is refused for data that the run did not use', () => {
      assert.equal(run.cupel('export', run.run, '--format', 'croissant', '--manifest', example('train.toml')).status, 4);
    });
    for (const [what, change] of [
      ['an unknown RAI term', (c) => { c['rai:dataBias'] = 'x'; }],
      ['an unknown type', (c) => { c.distribution[0]['@type'] = 'cr:File'; }],
      ['an unknown data type', (c) => { c.recordSet[0].field[0].dataType = 'sc:Flot'; }],
      ['a file without sha256', (c) => { delete c.distribution[0].sha256; }],
      ['a reference to nothing', (c) => { c.recordSet[0].field[0].source.fileObject['@id'] = 'nowhere'; }],
      ['another version', (c) => { c.conformsTo[0]['@id'] = 'http://mlcommons.org/croissant/9.9'; }],
      ['a context that is fetched', (c) => { c['@context'] = 'https://example.org/context.json'; }],
    ]) {
      it(`a document with ${what} is refused`, async () => {
        const found = await croissant(changed(card, change)).catch((error) => [error.message]);
        assert.notDeepEqual(found, []);
      });
    }
  });
});

const HARD = `
name = "hard"
seed = 1
[model]
file = "${example('lenet.onnx')}"
[data]
manifest = "${example('test.toml')}"
subset = "first 64"
[[check]]
id = "evaluate.accuracy"
require = ["accuracy >= 0.999", "accuracy >= 0.88", "accuracy >= 0.5"]
[[check]]
id = "evaluate.subgroups"
`;

const PREDICTIONS = {
  'plan.toml': `
name = "answers"
predictions = "answers.csv"
[[check]]
id = "evaluate.accuracy"
require = ["accuracy >= 0.9"]
`,
  'answers.csv': `label,prediction\n${Array.from({ length: 40 }, (_, i) => `${i % 2},${i % 3 ? i % 2 : 0}`).join('\n')}\n`,
};

describe('exports of runs that do not go well', () => {
  const validators = { cyclonedx: cycloneDx(), sarif: sarif(), 'model-card': modelCard() };
  const follows = (run) => {
    for (const [format, validate] of Object.entries(validators)) assert.deepEqual(validate(JSON.parse(run.export(format))), [], format);
  };

  it('show a failure and a warning as counter-evidence, and what does not apply', { skip }, () => {
    const run = new Run({ 'plan.toml': HARD });
    follows(run);
    const { claims } = JSON.parse(run.export('cyclonedx')).declarations;
    const kinds = claims.filter((c) => c['bom-ref'].startsWith('claim:0001')).map((c) => Object.keys(c).find((k) => /vidence$/.test(k)));
    assert.deepEqual(kinds, ['counterEvidence', 'counterEvidence', 'evidence']);
    const { results } = JSON.parse(run.export('sarif')).runs[0];
    assert.deepEqual(results.map((r) => `${r.kind} ${r.level}`), ['fail error', 'fail warning', 'pass none', 'notApplicable none']);
    run.remove();
  });

  it('of predictions have a model of which nothing is said', () => {
    const run = new Run(PREDICTIONS);
    follows(run);
    const { metadata, components } = JSON.parse(run.export('cyclonedx'));
    assert.equal(metadata.component.hashes, undefined);
    assert.equal(components[0].hashes[0].content, sha256(join(run.folder, 'answers.csv')));
    run.remove();
  });
});
