// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/trust_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"

namespace cupel::ledger::evidence {
namespace {

constexpr std::uint64_t kMaxKeyFileBytes = 1 << 16;

/// The regular files of a folder, sorted by name so that results do not depend on the file system.
Result<std::vector<std::filesystem::path>> FilesOf(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (std::filesystem::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    files.push_back(it->path());
  }
  if (code)
    return Fail(ErrorCode::kPermission, fmt::format("cannot list the folder: {}", code.message()),
                folder.string());
  std::sort(files.begin(), files.end());
  return files;
}

Status AddFile(const std::filesystem::path& path, TrustPolicy& policy) {
  if (path.extension() == ".pem") {
    CUPEL_TRY(crypto::PublicKey key, crypto::LoadPublicKey(path));
    policy.evidence_keys.push_back(std::move(key));
  } else if (path.extension() == ".vkey") {
    CUPEL_TRY(std::string text, ReadTextFile(path, kMaxKeyFileBytes));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    policy.ledger_keys.push_back(std::move(text));
  }
  return {};
}

}  // namespace

Result<TrustPolicy> TrustPolicy::Load(const std::filesystem::path& path) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) {
    return Fail(ErrorCode::kNotFound, "no such file or folder of trusted keys", path.string(),
                "check the path");
  }
  std::vector<std::filesystem::path> files = {path};
  if (std::filesystem::is_directory(status)) {
    CUPEL_TRY(files, FilesOf(path));
  }
  TrustPolicy policy;
  for (const auto& file : files) CUPEL_TRY_STATUS(AddFile(file, policy));
  if (policy.evidence_keys.empty() && policy.ledger_keys.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no trusted key found", path.string(),
                "give public keys as .pem files (evidence) and .vkey files (ledger)");
  }
  return policy;
}

std::vector<crypto::PublicKey> TrustPolicy::KeysOf(KeyRole role) const {
  switch (role) {
    case KeyRole::kEvidence: return evidence_keys;
    case KeyRole::kHallmark: return hallmark_keys;
    case KeyRole::kVote: return vote_keys;
    default: return {};
  }
}

Result<TrustedStatement> TrustPolicy::Open(const Bundle& bundle, KeyRole role) const {
  const Envelope& envelope = bundle.envelope;
  CUPEL_TRY(const auto signers, envelope.Verify(KeysOf(role)));
  if (envelope.payload_type != kStatementPayloadType) {
    return Fail(ErrorCode::kCorrupt, fmt::format("\"payloadType\" must be \"{}\", got \"{}\"",
                                                 kStatementPayloadType, envelope.payload_type));
  }
  CUPEL_TRY(Statement statement, Statement::Parse(envelope.payload));
  return TrustedStatement{std::move(statement), signers[0]};
}

}  // namespace cupel::ledger::evidence
