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
  spec.meaning = {"Nominal coverage of the confidence intervals", "\u7f6e\u4fe1\u533a\u95f4\u7684\u540d\u4e49\u8986\u76d6\u7387"};
  return spec;
}

check::ParameterSpec ReplicatesSpec(std::int64_t fallback) {
  check::ParameterSpec spec;
  spec.name = "replicates";
  spec.type = check::ParameterType::kInteger;
  spec.fallback = fallback;
  spec.low = 100;
  spec.high = 100000;
  spec.meaning = {"Bootstrap replicates", "\u81ea\u52a9\u6cd5\u91cd\u590d\u6b21\u6570"};
  return spec;
}

check::ParameterSpec IntervalMethodSpec() {
  check::ParameterSpec spec;
  spec.name = "interval";
  spec.type = check::ParameterType::kText;
  spec.fallback = "wilson";
  spec.choices = {"wilson", "clopper-pearson"};
  spec.meaning = {"Interval of a share: wilson (close to the level on average) or clopper-pearson (never below it)",
                  "\u6bd4\u4f8b\u7684\u533a\u95f4\u65b9\u6cd5\uff1awilson\uff08\u5e73\u5747\u63a5\u8fd1\u540d\u4e49\u6c34\u5e73\uff09\u6216 clopper-pearson\uff08\u7edd\u4e0d\u4f4e\u4e8e\u540d\u4e49\u6c34\u5e73\uff09"};
  return spec;
}

}  // namespace cupel::algorithm::evaluate
