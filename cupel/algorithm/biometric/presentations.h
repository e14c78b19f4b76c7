// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Presentations to a detector of presentation attacks (ISO/IEC 30107-3): bona fide ones and attacks.
///
/// CSV, one row a presentation:
///
///     kind      bona-fide or attack
///     species   what the attack was made of (silicone mask, replayed video); empty for bona fide
///     score     higher is more bona fide; empty when the detector gave no answer (a non-response)
///     accepted  optional, attacks only: 1 when the whole system accepted it as the target, else 0
///     subject   optional: whose presentation; presentations of one subject are not independent

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

struct Presentation {
  std::int32_t species = -1;  ///< -1: bona fide.
  bool has_response = true;
  double score = 0;
  std::int8_t accepted = -1;  ///< -1: not said.
  std::int32_t subject = -1;
};

class Presentations : public scheme::Input {
 public:
  std::vector<Presentation> presentations;
  std::vector<std::string> species;  ///< In the order of first appearance.
  std::int64_t size() const override { return static_cast<std::int64_t>(presentations.size()); }
};

/// Errors: kNotFound; kCorrupt with file and line; kInvalidArgument when there is no row.
Result<Presentations> ReadPresentations(const std::filesystem::path& path);

extern const scheme::InputFormat kPresentations;

}  // namespace cupel::algorithm::biometric
