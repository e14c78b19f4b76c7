// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Evidence files projected and signed: one, or all of a run's.
///
/// Promises: evidence is projected only when somebody trusted signed it; of a folder, every bundle is either
/// projected or left out with the reason, and one that is false or unreadable stops all of it. Does not
/// promise: to write anything; the caller does, when all is made.
///
///     CUPEL_TRY(const FolderProjection made, ProjectFolder("run", {Target::kVsa, options, policy, key}));

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/application/projection/projection.h"
#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/trust_policy.h"

namespace cupel::application::projection {

/// The name under which ParseTarget knows it.
std::string_view TargetName(Target target);

struct Order {
  Target target;
  Options options;
  const ledger::evidence::TrustPolicy& policy;  ///< Whose evidence to believe.
  const crypto::SigningKey& key;                ///< Signs the projections.
};

/// Errors: reading, parsing, TrustPolicy::Open and Project, with the file.
Result<ledger::evidence::Bundle> ProjectFile(const std::filesystem::path& file, const Order& order);

struct FileProjection {
  std::filesystem::path source;
  std::string name;  ///< 0001-inspect.pgd.sigstore.json: 0001-inspect.pgd.vsa.sigstore.json
  ledger::evidence::Bundle bundle;
};

struct LeftOut {
  std::filesystem::path source;
  std::string reason;  ///< Why the format cannot say it: a plan, nothing required, nothing passed.
};

struct FolderProjection {
  std::vector<FileProjection> made;  ///< At least one.
  std::vector<LeftOut> left_out;
};

/// The bundles (*.sigstore.json) of a run's folder, or of a folder that holds them, in order of their names.
/// Errors: kNotFound when there is none; kUnsupported when all are left out; as ProjectFile.
Result<FolderProjection> ProjectFolder(const std::filesystem::path& folder, const Order& order);

}  // namespace cupel::application::projection
