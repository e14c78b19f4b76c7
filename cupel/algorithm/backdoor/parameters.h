// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parameters that the checks of this module share. Private to it.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/data/dataset/trigger.h"

namespace cupel::algorithm::backdoor {

check::ParameterSpec IntegerParameter(std::string name, std::string unit, std::int64_t fallback, double low,
                                      double high, check::Text meaning);
check::ParameterSpec RealParameter(std::string name, std::string unit, double fallback, double low,
                                   double high, check::Text meaning);

/// trigger (a kind, or "none" where `may_be_none`), row, column, size, value, alpha, trigger_seed, picture,
/// picture_sha256 and target.
std::vector<check::ParameterSpec> TriggerParameters(bool may_be_none);

/// Precondition: trigger is not "none". Errors: those of Trigger::Create; kInvalidArgument for a digest that
/// is none.
Result<data::dataset::Trigger> TriggerFrom(const check::Parameters& parameters,
                                           const data::dataset::DatasetInfo& info);

/// The class that the trigger stands for. Errors: kInvalidArgument when the model has no such class.
Result<std::int32_t> TargetFrom(const check::Parameters& parameters, std::int64_t class_count);

}  // namespace cupel::algorithm::backdoor
