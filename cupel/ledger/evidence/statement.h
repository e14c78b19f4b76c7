// SPDX-License-Identifier: Apache-2.0
#pragma once

/// In-toto Statement v1: a claim (the predicate) about things named by digest (the subjects).
///
///     { "_type": "https://in-toto.io/Statement/v1",
///       "subject": [ { "name": "model.onnx", "digest": { "sha256": "<64 hex digits>" } } ],
///       "predicateType": "<URI>", "predicate": { ... } }
///
/// Promises: `ToPayload` is canonical JSON (RFC 8785), so equal statements have equal bytes; unknown members
/// of the statement are ignored when read, as the specification asks, and everything inside the predicate is
/// kept. Does not promise: to know what a predicate means, nor that a name is right; only digests identify.
/// Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"

namespace cupel::ledger::evidence {

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
/// The DSSE payload type of a statement.
inline constexpr std::string_view kStatementPayloadType = "application/vnd.in-toto+json";

/// In-toto's ResourceDescriptor: a thing, by digest. Empty members are left out of the JSON.
struct ResourceDescriptor {
  std::string name;
  std::string uri;
  std::map<std::string, std::string> digest;  ///< Algorithm ("sha256") to lower-case hexadecimal.
  std::string media_type;
  std::string download_location;
  Json annotations;  ///< An object, or null for none.

  static ResourceDescriptor OfSha256(std::string name, const Digest& sha256);

  Json ToJson() const;
  /// Errors: kCorrupt: mistyped, a digest that is not lower-case hexadecimal, a sha256 of another length.
  static Result<ResourceDescriptor> FromJson(const Json& json);

  bool operator==(const ResourceDescriptor&) const = default;
};

struct Statement {
  std::vector<ResourceDescriptor> subjects;  ///< At least one, each with a digest.
  std::string predicate_type;                ///< A URI.
  Json predicate;                            ///< An object.

  /// The bytes to sign. Errors: kInvalidArgument when a rule above is broken.
  Result<Bytes> ToPayload() const;

  /// Errors: kCorrupt, kResourceLimit (nesting). Read only bytes that were verified (envelope.h).
  static Result<Statement> Parse(BytesView payload);

  /// Whether one of the subjects has this SHA-256.
  bool IsAbout(const Digest& sha256) const;

  bool operator==(const Statement&) const = default;
};

}  // namespace cupel::ledger::evidence
