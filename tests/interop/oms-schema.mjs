// SPDX-License-Identifier: Apache-2.0
// What OpenSSF Model Signing v1.0 says about the form of bundles and statements, as JSON Schema (draft 2020-12).
// Written here from the specification's text (sections 4 to 6 and the algorithm registry), because its own schemas are in
// no npm package; stricter than they are where the text is (sorted names cannot be said in a schema).
const base64 = { type: 'string', minLength: 1, pattern: '^[A-Za-z0-9+/]+={0,2}$' };
const certificate = { type: 'object', required: ['rawBytes'], properties: { rawBytes: base64 } };

export const bundle = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['mediaType', 'verificationMaterial', 'dsseEnvelope'],
  additionalProperties: false,
  properties: {
    mediaType: { const: 'application/vnd.dev.sigstore.bundle.v0.3+json' },
    verificationMaterial: {
      type: 'object',
      oneOf: [{ required: ['publicKey'] }, { required: ['x509CertificateChain'] }, { required: ['certificate', 'tlogEntries'] }],
      properties: {
        publicKey: { type: 'object', required: ['hint'], properties: { hint: { type: 'string', minLength: 1 } } },
        x509CertificateChain: {
          type: 'object',
          required: ['certificates'],
          properties: { certificates: { type: 'array', minItems: 1, items: certificate } },
        },
        certificate,
        tlogEntries: { type: 'array', items: { type: 'object' } },
      },
    },
    dsseEnvelope: {
      type: 'object',
      required: ['payload', 'payloadType', 'signatures'],
      properties: {
        payload: base64,
        payloadType: { const: 'application/vnd.in-toto+json' },
        signatures: {
          type: 'array',
          minItems: 1,
          maxItems: 1,
          items: { type: 'object', required: ['sig'], properties: { sig: base64, keyid: { type: ['string', 'null'] } } },
        },
      },
    },
  },
};

const resource = (algorithm, digits) => ({
  type: 'object',
  required: ['name', 'digest', 'algorithm'],
  properties: {
    name: { type: 'string', minLength: 1, not: { pattern: '^/|(^|/)\\.{1,2}(/|$)|/$|//' } },
    digest: { type: 'string', pattern: `^[0-9a-f]{${digits}}$` },
    algorithm: { const: algorithm },
  },
});
const hashed = (algorithm, digits) => ({
  properties: {
    serialization: { properties: { hash_type: { const: algorithm } } },
    resources: { items: resource(algorithm, digits) },
  },
});

export const statement = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['_type', 'subject', 'predicateType', 'predicate'],
  properties: {
    _type: { const: 'https://in-toto.io/Statement/v1' },
    subject: {
      type: 'array',
      minItems: 1,
      maxItems: 1,
      items: {
        type: 'object',
        required: ['name', 'digest'],
        properties: {
          name: { type: 'string', minLength: 1 },
          digest: { type: 'object', required: ['sha256'], properties: { sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } } },
        },
      },
    },
    predicateType: { const: 'https://model_signing/signature/v1.0' },
    predicate: {
      type: 'object',
      required: ['resources', 'serialization'],
      additionalProperties: false,
      properties: {
        resources: { type: 'array', minItems: 1 },
        serialization: {
          type: 'object',
          required: ['method', 'hash_type', 'allow_symlinks'],
          additionalProperties: false,
          properties: {
            method: { enum: ['files', 'shards'] },
            hash_type: { enum: ['sha256', 'blake2b', 'blake3'] },
            shard_size: { type: 'integer', minimum: 1 },
            allow_symlinks: { type: 'boolean' },
            ignore_paths: { type: 'array', items: { type: 'string', not: { pattern: '[*?\\[]|^/|(^|/)\\.\\.(/|$)' } } },
          },
          if: { properties: { method: { const: 'shards' } } },
          then: { required: ['shard_size'] },
          else: { not: { required: ['shard_size'] } },
        },
      },
      oneOf: [hashed('sha256', 64), hashed('blake2b', 128), hashed('blake3', 64)],
    },
  },
};
