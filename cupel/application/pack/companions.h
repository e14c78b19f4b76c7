// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The files of an audit pack that are computed from the run: receipts, Sigstore bundles, trusted root, the
/// model's digests, the verifier. Not for other modules.

#include <map>
#include <string>

#include "cupel/application/assess/run_folder.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"

namespace cupel::application::pack {

/// Name in the pack to text; VERIFY.md is not among them. Precondition: the run verifies.
Result<std::map<std::string, std::string>> Companions(const assess::RunFolder& run);

/// VERIFY.md: what to do, and the digest of every file in `digests` (names in the pack).
std::string VerifyGuide(const std::map<std::string, Digest>& digests, const std::string& title);

/// What the frozen plan says of the assessed file: {"file", "sha256", ...}.
Result<Json> AssessedFile(const assess::RunFolder& run);

/// Its place in a pack that holds it: model/<sha256><extension>, so that any name of the file will do.
std::string ModelName(const Json& assessed_file);

}  // namespace cupel::application::pack
