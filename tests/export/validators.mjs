// SPDX-License-Identifier: Apache-2.0
//
// Validators from published schemas, as npm packages carry them. Each returns a list of complaints.

import Ajv from 'ajv';
import Ajv04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import addFormats2019 from 'ajv-formats-draft2019';
import jsonld from 'jsonld';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { json } from './run.mjs';

const require = createRequire(import.meta.url);

/** The folder of an installed package. */
function folderOf(name) {
  for (const path of require.resolve.paths(name)) {
    try {
      require(join(path, name, 'package.json'));
      return join(path, name);
    } catch {
      // another node_modules
    }
  }
  throw new Error(`${name} is not installed: run scripts/setup`);
}

const complaints = (validate) => (document) =>
  validate(document) ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);

/** OWASP's schema of CycloneDX 1.7, from their library; it refers to three others. */
export function cycloneDx() {
  const folder = join(folderOf('@cyclonedx/cyclonedx-library'), 'res/schema');
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  addFormats2019(ajv);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    // The package names the files with SNAPSHOT; the references follow the files' names.
    ajv.addSchema(json(join(folder, `${name}.SNAPSHOT.schema.json`)), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return complaints(ajv.compile(json(join(folder, 'bom-1.7.SNAPSHOT.schema.json'))));
}

/** OASIS's schema of SARIF 2.1.0, from Microsoft's package. */
export function sarif() {
  const folder = dirname(require.resolve('@microsoft/jest-sarif'));
  const ajv = new Ajv04({ strict: false, allErrors: true, unicodeRegExp: false }); // one of its patterns has a lone bracket
  addFormats(ajv);
  return complaints(ajv.compile(json(join(folder, 'schemas/sarif-2.1.0-rtm.5.json'))));
}

/**
 * The Model Card Toolkit's schema v0.0.2 is in no npm package. This is our reading of its members and types, closed
 * where theirs is open, so it finds a misspelt member, not a misunderstanding.
 */
export function modelCard() {
  const text = { type: 'string' };
  const object = (properties, required = []) => ({ type: 'object', properties, required, additionalProperties: false });
  const list = (items) => ({ type: 'array', items });
  const described = list(object({ description: text }, ['description']));
  const schema = object({
    schema_version: { const: '0.0.2' },
    model_details: object({
      name: text, overview: text, documentation: text, owners: list(object({ name: text, contact: text })),
      version: object({ name: text, date: { type: 'string', format: 'date' }, diff: text }),
      licenses: list(object({ identifier: text, custom_text: text })), references: list(object({ reference: { type: 'string', format: 'uri' } })),
      citations: list(object({ style: text, citation: text })),
    }, ['name']),
    model_parameters: object({
      model_architecture: text, input_format: text, output_format: text,
      data: list(object({ name: text, link: { type: 'string', format: 'uri' }, sensitive: object({ sensitive_data: list(text) }), description: text }, ['name'])),
    }),
    quantitative_analysis: object({
      performance_metrics: list(object({
        type: text, value: { type: 'number' }, slice: text, confidence_interval: object({ lower_bound: { type: 'number' }, upper_bound: { type: 'number' } }),
      }, ['type', 'value'])),
    }),
    considerations: object({
      users: described, use_cases: described, limitations: described, tradeoffs: described,
      ethical_considerations: list(object({ name: text, mitigation_strategy: text })),
    }),
  }, ['schema_version', 'model_details', 'quantitative_analysis']);
  const ajv = new Ajv({ allErrors: true });
  addFormats(ajv);
  return complaints(ajv.compile(schema));
}

const CR = 'http://mlcommons.org/croissant/';
const RAI = `${CR}RAI/`;
const SC = 'https://schema.org/';
/** The vocabularies' terms: http://mlcommons.org/croissant/1.1, .../RAI/1.0 and those of schema.org that they build on. */
const TERMS = new Set([
  ...['arrayShape', 'column', 'data', 'dataType', 'extract', 'field', 'fileObject', 'fileProperty', 'fileSet', 'includes', 'isArray', 'key',
    'recordSet', 'references', 'source', 'FileObject', 'FileSet', 'RecordSet', 'Field'].map((t) => CR + t),
  ...['dataCollection', 'dataCollectionType', 'dataCollectionMissingData', 'dataCollectionRawData', 'dataCollectionTimeframe', 'dataImputationProtocol',
    'dataManipulationProtocol', 'dataPreprocessingProtocol', 'dataAnnotationProtocol', 'dataAnnotationPlatform', 'dataAnnotationAnalysis',
    'dataReleaseMaintenancePlan', 'personalSensitiveInformation', 'dataSocialImpact', 'dataBiases', 'dataLimitations', 'dataUseCases',
    'annotationsPerItem', 'annotatorDemographics', 'machineAnnotationTools'].map((t) => RAI + t),
  ...['Dataset', 'CreativeWork', 'Enumeration', 'Float', 'Integer', 'Text', 'ImageObject', 'name', 'alternateName', 'description', 'license', 'usageInfo',
    'text', 'distribution', 'contentUrl', 'encodingFormat', 'sha256'].map((t) => SC + t),
  'http://purl.org/dc/terms/conformsTo',
]);

/** Expands the document with a JSON-LD processor (no network), then looks at every term, type and reference. */
export async function croissant(document) {
  const refuse = (url) => {
    throw new Error(`the document asks for ${url}`);
  };
  const expanded = await jsonld.expand(document, { base: 'urn:croissant:', documentLoader: refuse });
  const found = [];
  const ids = new Set();
  const refs = [];
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null || '@value' in node) return;
    for (const type of node['@type'] ?? []) if (!TERMS.has(type)) found.push(`unknown type ${type}`);
    if (node['@id'] !== undefined) (Object.keys(node).length === 1 ? refs.push(node['@id']) : ids.add(node['@id']));
    for (const [key, value] of Object.entries(node)) {
      if (key.startsWith('@')) continue;
      if (!TERMS.has(key)) found.push(`unknown term ${key}`);
      if (key !== `${CR}dataType` && key !== 'http://purl.org/dc/terms/conformsTo') walk(value);
      if (key === `${CR}dataType`) for (const type of value) if (!TERMS.has(type['@id'])) found.push(`unknown data type ${type['@id']}`);
    }
  };
  walk(expanded);
  const [dataset] = expanded;
  if (!dataset?.['@type']?.includes(`${SC}Dataset`)) found.push('not a Dataset');
  const versions = (dataset?.['http://purl.org/dc/terms/conformsTo'] ?? []).map((v) => v['@id']);
  for (const version of [`${CR}1.1`, `${RAI}1.0`]) if (!versions.includes(version)) found.push(`does not name ${version}`);
  for (const ref of refs) if (!ids.has(ref)) found.push(`reference to nothing: ${ref}`);
  for (const file of dataset?.[`${SC}distribution`] ?? []) {
    const [sha256] = file[`${SC}sha256`] ?? [];
    if (file['@type'].includes(`${CR}FileObject`) && !/^[0-9a-f]{64}$/.test(sha256?.['@value'] ?? '')) found.push(`${file['@id']} has no sha256`);
  }
  return found;
}
