// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/registry.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/catalogue/checks.h"
#include "cupel/algorithm/certify/checks.h"
#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/fairness/checks.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/masking/checks.h"
#include "cupel/algorithm/physical/checks.h"
#include "cupel/algorithm/transfer/checks.h"
#include "cupel/base/nearest.h"

namespace cupel::application::assess {

using algorithm::check::Check;

std::span<const Check* const> AllChecks() {
  // clang-format off
  static const std::array checks = {
      &algorithm::evaluate::AccuracyCheck(),
      &algorithm::evaluate::CalibrationCheck(),
      &algorithm::evaluate::CorruptionCheck(),
      &algorithm::evaluate::SubgroupsCheck(),
      &algorithm::catalogue::SchemesCheck(),
      &algorithm::fairness::FairnessCheck(),
      &algorithm::fairness::SubgroupSearchCheck(),
      &algorithm::inspect::FgsmCheck(),
      &algorithm::inspect::PgdCheck(),
      &algorithm::inspect::ApgdCheck(),
      &algorithm::inspect::AutoAttackCheck(),
      &algorithm::inspect::DeepFoolCheck(),
      &algorithm::inspect::CarliniWagnerCheck(),
      &algorithm::inspect::FabCheck(),
      &algorithm::inspect::FmnCheck(),
      &algorithm::inspect::SquareCheck(),
      &algorithm::inspect::HopSkipJumpCheck(),
      &algorithm::inspect::BoundaryCheck(),
      &algorithm::inspect::SimbaCheck(),
      &algorithm::certify::CertifyBoundsCheck(),
      &algorithm::certify::CertifySmoothingCheck(),
      &algorithm::masking::MaskingCheck(),
      &algorithm::transfer::TransferCheck(),
      &algorithm::physical::PhysicalCheck(),
      &algorithm::backdoor::TriggerCheck(),
      &algorithm::backdoor::NeuralCleanseCheck(),
      &algorithm::backdoor::ActivationClusteringCheck(),
      &algorithm::backdoor::SpectralSignaturesCheck(),
      &algorithm::backdoor::StripCheck(),
      &algorithm::leakage::MembershipCheck(),
      &algorithm::leakage::LiraCheck(),
      &algorithm::leakage::RmiaCheck(),
      &algorithm::leakage::InversionCheck(),
      &algorithm::leakage::AttributeInferenceCheck(),
      &algorithm::leakage::ExtractionCheck(),
      &algorithm::explain::FaithfulnessCheck(),
      &algorithm::explain::SanityCheck(),
      &algorithm::explain::CompletenessCheck(),
      &algorithm::explain::RemovalCheck(),
      &algorithm::explain::StabilityCheck(),
      &algorithm::explain::PlantedCueCheck(),
      &algorithm::explain::LocalisationCheck(),
      &algorithm::explain::CounterfactualCheck(),
  };
  // clang-format on
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
