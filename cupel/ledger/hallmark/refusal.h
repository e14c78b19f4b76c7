// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The signed record of a refusal: that a runtime did not run a model, and why.
///
///     subject   what was read by then: the model's file and root, the hallmark's file; else the host
///     predicate { "code": "revoked", "step": 8, "time": "...", "host": { "sha256": "<of salt || host>" },
///                 "hallmark": { "sha256": "<of its payload>" }, "checkpoint": { ... } }
///
/// Promises: digests, a code and a time, nothing a person can be recognised by: the host stands there as a
/// salted hash whose salt stays on the device (`HostPseudonym`), and messages, which may hold names, do not.
/// Does not promise: to reach anybody; the record lies in a folder until somebody collects it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/hallmark/admission.h"

namespace cupel::ledger::hallmark {

inline constexpr std::string_view kRefusalPredicate = "https://cupel.dev/predicate/refusal/v0.1";

/// SHA-256(salt || host), the salt being the device's own: 32 random bytes in a file of mode 0600, made on
/// first use. Without the file nobody can tell which host a record is of. Errors: kCorrupt for a salt of
/// another length; those of reading and writing.
Result<Digest> HostPseudonym(const std::filesystem::path& salt_file, std::string_view host);

/// Precondition: the model was refused. key: the runtime's own, of role evidence.
evidence::Bundle SignRefusal(const Admission& admission, const Digest& host, std::int64_t now,
                             const crypto::SigningKey& key);

/// What a record says. Errors: kCorrupt, kUnsupported (another predicate).
struct Refusal {
  AdmissionCode code = AdmissionCode::kTrustRoot;
  std::int64_t time = 0;
  Digest host;
  std::optional<Digest> hallmark;

  static Result<Refusal> Parse(BytesView payload);
};

/// Writes the record as <folder>/<time>-<code>-<8 digits of its digest>.sigstore.json; the folder is made.
Result<std::filesystem::path> SaveRefusal(const std::filesystem::path& folder,
                                          const evidence::Bundle& record);

}  // namespace cupel::ledger::hallmark
