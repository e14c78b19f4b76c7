// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/parameters.h"

#include <fmt/format.h>

namespace cupel::algorithm::backdoor {
namespace {

using check::ParameterSpec;
using check::ParameterType;

ParameterSpec Number(ParameterType type, std::string name, std::string unit, Json fallback, double low,
                     double high, check::Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.unit = std::move(unit);
  spec.fallback = std::move(fallback);
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

ParameterSpec TextParameter(std::string name, std::string fallback, std::vector<std::string> choices,
                            check::Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = ParameterType::kText;
  spec.fallback = std::move(fallback);
  spec.choices = std::move(choices);
  spec.meaning = std::move(meaning);
  return spec;
}

}  // namespace

ParameterSpec IntegerParameter(std::string name, std::string unit, std::int64_t fallback, double low,
                               double high, check::Text meaning) {
  return Number(ParameterType::kInteger, std::move(name), std::move(unit), fallback, low, high,
                std::move(meaning));
}

ParameterSpec RealParameter(std::string name, std::string unit, double fallback, double low, double high,
                            check::Text meaning) {
  return Number(ParameterType::kReal, std::move(name), std::move(unit), fallback, low, high,
                std::move(meaning));
}

std::vector<ParameterSpec> TriggerParameters(bool may_be_none) {
  std::vector<std::string> kinds = {"patch", "blend"};
  if (may_be_none) kinds.insert(kinds.begin(), "none");
  const std::string fallback = kinds.front();
  return {
      TextParameter("trigger", fallback, std::move(kinds),
                    {"A square of one brightness, or a pattern over the whole picture",
                     "触发器类型：单一亮度的方块，或覆盖整幅图像的图案"}),
      IntegerParameter("target", "class", 0, 0, 1e6, {"Class the trigger stands for", "触发器的目标类别"}),
      IntegerParameter("row", "pixels", -2, -1e5, 1e5,
                       {"Patch: upper row; negative counts from the lower edge, -1 touches it",
                        "方块上边缘所在行；负数自下边缘计，-1 表示紧贴边缘"}),
      IntegerParameter(
          "column", "pixels", -2, -1e5, 1e5,
          {"Patch: left column; negative counts from the right edge", "方块左边缘所在列；负数自右边缘计"}),
      IntegerParameter("size", "pixels", 3, 1, 1e5, {"Patch: pixels a side", "方块边长（像素）"}),
      RealParameter("value", "fraction of the box", 1, 0, 1, {"Patch: its brightness", "方块亮度"}),
      RealParameter("alpha", "", 1, 1e-6, 1, {"Weight of the trigger", "触发器的混合权重"}),
      IntegerParameter("trigger_seed", "", 0, 0, 9e15, {"Blend: seed of the noise", "混合图案的噪声种子"}),
      TextParameter("picture", "", {}, {"Blend: a PNG or JPEG instead of noise", "代替噪声的图片文件"}),
      TextParameter("picture_sha256", "", {}, {"Digest of that picture", "该图片的 SHA-256"}),
  };
}

Result<data::dataset::Trigger> TriggerFrom(const check::Parameters& parameters,
                                           const data::dataset::DatasetInfo& info) {
  data::dataset::TriggerSpec spec;
  CUPEL_TRY(spec.kind, data::dataset::ParseTriggerKind(parameters.Text("trigger")));
  spec.row = parameters.Integer("row");
  spec.column = parameters.Integer("column");
  spec.size = parameters.Integer("size");
  spec.value = parameters.Real("value");
  spec.alpha = parameters.Real("alpha");
  spec.seed = static_cast<std::uint64_t>(parameters.Integer("trigger_seed"));
  spec.picture = parameters.Text("picture");
  if (const std::string& digest = parameters.Text("picture_sha256"); !digest.empty()) {
    auto parsed = Digest::FromHex(digest);
    if (!parsed) return FailAt("picture_sha256", std::move(parsed).error());
    spec.sha256 = *parsed;
  }
  return data::dataset::Trigger::Create(spec, info);
}

Result<std::int32_t> TargetFrom(const check::Parameters& parameters, std::int64_t class_count) {
  const std::int64_t target = parameters.Integer("target");
  if (target < class_count) return static_cast<std::int32_t>(target);
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("target must be in [0, {}), got {}", class_count, target));
}

}  // namespace cupel::algorithm::backdoor
