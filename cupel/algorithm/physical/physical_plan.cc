// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/physical_plan.h"

#include <fmt/format.h>

#include "cupel/algorithm/physical/physical_result.h"

namespace cupel::algorithm::physical {
namespace {

using check::ParameterSpec;
using check::ParameterType;
using check::Text;

ParameterSpec Number(std::string name, std::string unit, double fallback, double low, double high,
                     Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.unit = std::move(unit);
  spec.fallback = fallback;
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

ParameterSpec Integer(std::string name, std::string unit, std::int64_t fallback, double low, double high,
                      Text meaning) {
  ParameterSpec spec = Number(std::move(name), std::move(unit), 0, low, high, std::move(meaning));
  spec.type = ParameterType::kInteger;
  spec.fallback = fallback;
  return spec;
}

ParameterSpec Choice(std::string name, std::string fallback, std::vector<std::string> choices, Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = ParameterType::kText;
  spec.fallback = std::move(fallback);
  spec.choices = std::move(choices);
  spec.meaning = std::move(meaning);
  return spec;
}

std::vector<ParameterSpec> StickerParameters() {
  ParameterSpec region;
  region.name = "region";
  region.type = ParameterType::kRealList;
  region.unit = "shares of the picture";
  region.fallback = Json::Array{};
  region.high = 1;
  region.meaning = {"Top, left, height, width of the place; none: a patch lies anywhere",
                    "位置：上、左、高、宽；留空表示贴纸可在任意位置"};
  return {
      Choice("attack", "patch", {"patch", "mask"},
             {"patch: one sticker for all pictures, moves alone; mask: one for each picture, moves with it",
              "patch：所有图片共用一张贴纸，单独移动；mask：每张图片一张贴纸，随物体移动"}),
      Integer("target", "class", -1, -1, 1e6,
              {"The class wanted; -1: any wrong answer", "目标类别；-1 表示任意错误答案"}),
      region,
      Number("area", "share of the picture", 0.08, 0.001, 0.5,
             {"Area of a patch without a region", "未指定位置时贴纸的面积"}),
      Choice("shape", "square", {"square", "disc"}, {"Outline of the sticker", "贴纸外形"}),
      Integer("resolution", "pixels", 0, 0, 512,
              {"Sticker pixels a side; 0: as many as it covers on the picture",
               "贴纸每边像素数；0 表示与其在图片上覆盖的像素相同"}),
      Number("smoothness", "", 0.1, 0, 1000, {"Weight of the total variation", "全变差项的权重"}),
      Number("printability", "", 0.1, 0, 1000,
             {"Weight of the non-printability score", "不可打印性项的权重"}),
      Integer("steps", "steps", 300, 1, 100000, {"Steps of Adam", "Adam 优化步数"}),
      Integer("views", "views", 32, 1, 4096,
              {"Views a step (expectation over transformation)", "每步的视图数（变换期望）"}),
      Number("learning_rate", "light", 0.03, 1e-6, 10, {"Of Adam", "Adam 的学习率"}),
  };
}

std::vector<ParameterSpec> ConditionParameters() {
  return {
      Number("rotation", "degrees", 20, 0, 180,
             {"In the picture's plane, plus or minus", "平面内旋转（正负）"}),
      Number("scale", "", 0.1, 0, 0.9, {"Size 1 plus or minus this", "尺寸变化（正负）"}),
      Number("tilt", "degrees", 20, 0, 60,
             {"Out of the plane about each axis, plus or minus (perspective)", "离面倾斜（透视，正负）"}),
      Number("translation", "share of the sides", 0.1, 0, 1,
             {"Plus or minus, where there is a region", "有指定位置时的平移（正负）"}),
      Number("blur", "pixels", 0.7, 0, 10, {"Largest sigma of a Gaussian blur", "高斯模糊的最大标准差"}),
      Number("brightness", "light", 0.1, 0, 1, {"Plus or minus", "亮度变化（正负）"}),
      Number("contrast", "", 0.2, 0, 0.9, {"Factor 1 plus or minus this", "对比度系数变化（正负）"}),
      Number("noise", "light", 0.03, 0, 1,
             {"Largest standard deviation of the sensor's noise", "传感器噪声的最大标准差"}),
      Integer("conditions", "conditions", 8, 1, 10000,
              {"For each picture in the trial", "试验中每张图片的条件数"}),
      Number("training_share", "", 0.5, 0.05, 0.95,
             {"Share of the pictures a patch is made on", "用于生成贴纸的图片比例"}),
      Integer("samples", "samples", 128, 0, 1e9,
              {"The first so many samples of the data set; 0: all", "取数据集的前若干个样本；0 表示全部"}),
      Integer("stored_inputs", "views", 64, 0, 100000,
              {"Most views kept as witnesses", "作为证据保存的视图数上限"}),
  };
}

Result<Placement> PlacementFrom(const check::Parameters& parameters) {
  Placement placement;
  placement.moves_with_picture = parameters.Text("attack") == "mask";
  placement.area = parameters.Real("area");
  const std::vector<double> region = parameters.Reals("region");
  if (region.empty()) {
    if (!placement.moves_with_picture) return placement;
    return Fail(ErrorCode::kInvalidArgument, "a mask needs a region", "region",
                "give top, left, height and width as shares of the picture");
  }
  if (region.size() != 4) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a region is top, left, height, width; got {} numbers", region.size()), "region");
  }
  placement.region = Region{region[0], region[1], region[2], region[3]};
  if (!(region[2] > 0 && region[3] > 0 && region[0] + region[2] <= 1 + 1e-9 &&
        region[1] + region[3] <= 1 + 1e-9)) {
    return Fail(ErrorCode::kInvalidArgument, "the region is empty or leaves the picture", "region");
  }
  return placement;
}

}  // namespace

check::Description Describe() {
  check::Description description;
  description.id = "inspect.physical";
  description.title = {"Physical sticker attack", "物理贴纸攻击"};
  description.summary = {
      "Makes a printable patch or mask that fools the model under rotation, scale, tilt, blur, light and "
      "noise, "
      "and tries it on held-out pictures or conditions against grey paper and random prints.",
      "生成可打印的贴纸或遮罩，在旋转、缩放、倾斜、模糊、光照与噪声下欺骗模型，"
      "并在未参与生成的图片或条件上与灰纸和随机图案比较。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = StickerParameters();
  for (ParameterSpec& spec : ConditionParameters()) description.parameters.push_back(std::move(spec));
  description.metrics = PhysicalMetrics();
  description.source =
      "Brown et al. 2017 (patch); Athalye et al., ICML 2018 (EOT); Eykholt et al., CVPR 2018 (mask); Sharif "
      "et "
      "al., CCS 2016 (printability, smoothness)";
  return description;
}

Result<PhysicalPlan> PlanFrom(const check::Context& context, std::int64_t class_count) {
  const check::Parameters& parameters = context.parameters;
  PhysicalPlan plan;
  CUPEL_TRY(plan.optimise.placement, PlacementFrom(parameters));
  plan.target_class = parameters.Integer("target");
  if (plan.target_class >= class_count) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("target must be in [-1, {}), got {}", class_count, plan.target_class), "target");
  }
  CUPEL_TRY(plan.outline, ParseOutline(parameters.Text("shape")));
  plan.resolution = parameters.Integer("resolution");
  plan.samples = parameters.Integer("samples");
  plan.training_share = parameters.Real("training_share");
  plan.trial.conditions = parameters.Integer("conditions");
  OptimiseOptions& optimise = plan.optimise;
  optimise.ranges = {.rotation = parameters.Real("rotation"),
                     .scale = parameters.Real("scale"),
                     .tilt = parameters.Real("tilt"),
                     .translation = parameters.Real("translation"),
                     .blur = parameters.Real("blur"),
                     .brightness = parameters.Real("brightness"),
                     .contrast = parameters.Real("contrast"),
                     .noise = parameters.Real("noise")};
  optimise.steps = static_cast<int>(parameters.Integer("steps"));
  optimise.views = static_cast<int>(parameters.Integer("views"));
  optimise.learning_rate = parameters.Real("learning_rate");
  optimise.smoothness = parameters.Real("smoothness");
  optimise.printability = parameters.Real("printability");
  optimise.seed = context.seed;
  optimise.stream = "inspect.physical";
  optimise.box_low = context.data->info().box_low;
  optimise.box_high = context.data->info().box_high;
  return plan;
}

}  // namespace cupel::algorithm::physical
