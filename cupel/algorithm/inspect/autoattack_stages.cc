// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/autoattack_stages.h"

#include <fmt/format.h>

#include "cupel/algorithm/inspect/apgd_attack.h"
#include "cupel/algorithm/inspect/fab_attack.h"
#include "cupel/algorithm/inspect/square_attack.h"

namespace cupel::algorithm::inspect {
namespace {

Stage Apgd(const char* name, ApgdLoss loss, int n_restarts) {
  return {.name = name, .attack = MakeApgdAttack({.loss = loss, .n_restarts = n_restarts})};
}

Stage Fab(const char* name, bool targeted, int restarts) {
  return {.name = name, .attack = MakeFabAttack({.restarts = restarts, .targeted = targeted})};
}

Stage Square() { return {.name = "square", .attack = MakeSquareAttack({})}; }

Stage ApgdT() { return Apgd("apgd-t", ApgdLoss::kDlrTargeted, 1); }

}  // namespace

Result<AutoAttackVersion> ParseAutoAttackVersion(std::string_view text) {
  if (text == "standard") return AutoAttackVersion::kStandard;
  if (text == "plus") return AutoAttackVersion::kPlus;
  if (text == "rand") return AutoAttackVersion::kRand;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("version must be standard, plus or rand, got \"{}\"", text));
}

std::vector<Stage> AutoAttackStages(AutoAttackVersion version) {
  switch (version) {
    case AutoAttackVersion::kStandard:
      return {Apgd("apgd-ce", ApgdLoss::kCrossEntropy, 1), ApgdT(), Fab("fab-t", true, 1), Square()};
    case AutoAttackVersion::kPlus:
      return {Apgd("apgd-ce", ApgdLoss::kCrossEntropy, 5),
              Apgd("apgd-dlr", ApgdLoss::kDlr, 5),
              Fab("fab", false, 5),
              Square(),
              ApgdT(),
              Fab("fab-t", true, 1)};
    case AutoAttackVersion::kRand: break;
  }
  return {Apgd("apgd-ce", ApgdLoss::kCrossEntropy, 1), Apgd("apgd-dlr", ApgdLoss::kDlr, 1)};
}

}  // namespace cupel::algorithm::inspect
