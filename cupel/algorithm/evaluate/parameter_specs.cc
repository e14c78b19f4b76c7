// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/parameter_specs.h"

namespace cupel::algorithm::evaluate {

check::ParameterSpec LevelSpec() {
  check::ParameterSpec spec;
  spec.name = "level";
  spec.type = check::ParameterType::kReal;
  spec.fallback = 0.95;
  spec.low = 0.5;
  spec.high = 0.9999;
  spec.meaning = {"Nominal coverage of the confidence intervals", "置信区间的名义覆盖率"};
  return spec;
}

check::ParameterSpec ReplicatesSpec(std::int64_t fallback) {
  check::ParameterSpec spec;
  spec.name = "replicates";
  spec.type = check::ParameterType::kInteger;
  spec.fallback = fallback;
  spec.low = 100;
  spec.high = 100000;
  spec.meaning = {"Bootstrap replicates", "自助法重复次数"};
  return spec;
}

check::ParameterSpec IntervalMethodSpec() {
  check::ParameterSpec spec;
  spec.name = "interval";
  spec.type = check::ParameterType::kText;
  spec.fallback = "wilson";
  spec.choices = {"wilson", "clopper-pearson"};
  spec.meaning = {
      "Interval of a share: wilson (close to the level on average) or clopper-pearson (never below it)",
      "比例的区间方法：wilson（平均接近名义水平）或 clopper-pearson（绝不低于名义水平）"};
  return spec;
}

}  // namespace cupel::algorithm::evaluate
