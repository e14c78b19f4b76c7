// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The models that stand in for the one under attack: those that the plan names, and a substitute trained on
/// the model's answers to a stated number of queries.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_target.h"
#include "cupel/algorithm/train/substitute.h"

namespace cupel::algorithm::transfer {

struct Surrogate {
  std::string name;
  std::shared_ptr<const inspect::AttackTarget> target;  ///< Shared with the attacks made from it.
  /// On how many samples it answers as the model does; nothing when that was not measured.
  std::optional<std::int64_t> agreed{};
  std::int64_t compared = 0;
};

struct Surrogates {
  std::vector<Surrogate> models;
  std::unique_ptr<train::Substitute> substitute;  ///< Keeps its network alive; null without one.
  bool random_queries = false;                    ///< It was asked noise, for want of training data.
};

/// "none" and the networks that a substitute may have.
std::vector<std::string> SubstituteNames();

inline constexpr std::string_view kSubstitute = "substitute";

/// The context's surrogates that the parameter `surrogates` names (all without it), and the substitute. Its
/// queries are samples of the plan's training data drawn by the seed, or uniform noise when there are none;
/// never samples that are attacked. Errors: kInvalidArgument for an unknown name (nearest named), a surrogate
/// of another number of classes, or fewer training samples than 2; those of TrainSubstitute and the data.
Result<Surrogates> GatherSurrogates(const check::Context& context);

}  // namespace cupel::algorithm::transfer
