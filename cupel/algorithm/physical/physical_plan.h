// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parameters of inspect.physical, and the plan they make. Private to this module.

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/physical/physical_run.h"

namespace cupel::algorithm::physical {

check::Description Describe();

/// Errors: kInvalidArgument for a target that is no class, or a region that is missing or leaves the picture.
Result<PhysicalPlan> PlanFrom(const check::Context& context, std::int64_t class_count);

}  // namespace cupel::algorithm::physical
