// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/registry.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/base/nearest.h"

namespace cupel::application::assess {

using algorithm::check::Check;

std::span<const Check* const> AllChecks() {
  static const std::array checks = {
      &algorithm::evaluate::AccuracyCheck(),
      &algorithm::evaluate::CalibrationCheck(),
      &algorithm::evaluate::CorruptionCheck(),
      &algorithm::evaluate::SubgroupsCheck(),
      &algorithm::inspect::FgsmCheck(),
      &algorithm::inspect::PgdCheck(),
      &algorithm::inspect::MembershipCheck(),
      &algorithm::explain::FaithfulnessCheck(),
      &algorithm::backdoor::TriggerCheck(),
      &algorithm::backdoor::NeuralCleanseCheck(),
      &algorithm::backdoor::ActivationClusteringCheck(),
      &algorithm::backdoor::SpectralSignaturesCheck(),
      &algorithm::backdoor::StripCheck(),
  };
  return checks;
}

Result<const Check*> FindCheck(std::string_view id) {
  std::vector<std::string> ids;
  for (const Check* check : AllChecks()) {
    if (check->description().id == id) return check;
    ids.push_back(check->description().id);
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no check is called \"{}\"", id), "",
              NearestRemedy(id, ids));
}

}  // namespace cupel::application::assess
