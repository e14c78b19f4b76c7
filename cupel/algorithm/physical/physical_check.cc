// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/physical/checks.h"
#include "cupel/algorithm/physical/physical_plan.h"
#include "cupel/algorithm/physical/physical_result.h"
#include "cupel/algorithm/inspect/witness.h"

namespace cupel::algorithm::physical {
namespace {

class Physical : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    const auto& shape = context.data->info().sample_shape;
    if (shape.size() != 3 || (shape[0] != 1 && shape[0] != 3)) {
      check::CheckResult result;
      result.not_applicable = check::Text{"Stickers are for pictures of one or three channels.",
                                          "贴纸攻击仅适用于单通道或三通道图片。"};
      return result;
    }
    const std::unique_ptr<inspect::AttackTarget> target = inspect::TargetOf(*context.model);
    CUPEL_TRY(const PhysicalPlan plan, PlanFrom(context, target->class_count()));
    CUPEL_TRY(const PhysicalRun run, RunPhysical(*target, plan, context));
    const std::int64_t stored =
        inspect::StoredLimit(context.parameters.Integer("stored_inputs"), context.data->info().SampleSize());
    return PhysicalResult(run, plan, context, stored);
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& PhysicalCheck() {
  static const Physical check;
  return check;
}

}  // namespace cupel::algorithm::physical
