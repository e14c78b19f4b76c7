// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/bracket.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cupel::algorithm::certify {
namespace {

/// The largest proven radius of each sample in each norm; -1 for none.
struct Proven {
  double linf = -1;
  double l2 = -1;
};

Result<std::map<std::int64_t, Proven>> ReadProven(std::span<const Json> certificates) {
  std::map<std::int64_t, Proven> proven;
  for (const Json& certificate : certificates) {
    CUPEL_TRY(const std::string about, certificate.StringAt("certifies"));
    CUPEL_TRY(const bool certified, certificate.BoolAt("certified"));
    if (about != "model" || !certified) continue;
    CUPEL_TRY(const std::int64_t sample, certificate.IntegerAt("sample"));
    CUPEL_TRY(const std::string name, certificate.StringAt("norm"));
    CUPEL_TRY(const inspect::Norm norm, inspect::ParseNorm(name));
    CUPEL_TRY(const double epsilon, certificate.NumberAt("epsilon"));
    double& radius = norm == inspect::Norm::kLinf ? proven[sample].linf : proven[sample].l2;
    radius = std::max(radius, epsilon);
  }
  return proven;
}

Status Contradiction(std::int64_t sample, std::string_view norm, double radius, double moved) {
  return Fail(ErrorCode::kVerificationFailed,
              fmt::format("sample {} is proven robust up to {:.9g} in {} and was broken by moving it {:.9g}",
                          sample, radius, norm, moved),
              "", "one of the two is wrong: report it with the model and the run");
}

}  // namespace

Status CheckBracket(std::span<const Json> certificates, std::span<const Json> attacks) {
  CUPEL_TRY(const auto proven, ReadProven(certificates));
  for (const Json& attack : attacks) {
    CUPEL_TRY(const std::int64_t sample, attack.IntegerAt("sample"));
    CUPEL_TRY(const double linf, attack.NumberAt("linf"));
    CUPEL_TRY(const double l2, attack.NumberAt("l2"));
    const auto found = proven.find(sample);
    if (found == proven.end()) continue;
    if (linf <= found->second.linf) return Contradiction(sample, "linf", found->second.linf, linf);
    if (l2 <= found->second.l2) return Contradiction(sample, "l2", found->second.l2, l2);
  }
  return {};
}

}  // namespace cupel::algorithm::certify
