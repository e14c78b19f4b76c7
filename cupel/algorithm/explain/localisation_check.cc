// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/localisation.h"
#include "cupel/algorithm/explain/method_run.h"
#include "cupel/algorithm/explain/sample_records.h"
#include "cupel/data/dataset/npy.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::explain {
namespace {

using check::Text;
using data::dataset::NumberArray;

constexpr std::string_view kId = "explain.localisation";
constexpr std::size_t kNumbers = 2;  // Of a method: mass, hit.

check::ParameterSpec TextParameter(std::string name, Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kText;
  spec.fallback = "";
  spec.meaning = std::move(meaning);
  return spec;
}

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Explanations against masks", "解释与掩膜的比对"};
  description.summary = {
      "Compares each method's map with masks of where the object is: does the top place lie inside, and how "
      "much of the positive relevance?",
      "将各归因图与目标所在区域的掩膜比对：最高点是否落在其中，正相关性有多少落在其中。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  description.parameters =
      MethodParameters({"saliency", "input-x-gradient", "grad-cam", "deeplift", "integrated-gradients"}, 100);
  description.parameters.push_back(TextParameter(
      "masks", {"NPY file [n, h, w]; a pixel that is not 0 is inside", "NPY 掩膜文件 [n, h, w]"}));
  description.parameters.push_back(TextParameter("masks_sha256", {"Its digest", "该文件的 SHA-256"}));
  description.metrics = {
      {"pointing.*", {"Top place inside the mask", "最高点落在掩膜内的比例"}, "", true},
      {"relevance_mass.*", {"Positive relevance inside the mask", "掩膜内的正相关性占比"}, "", true},
      {"mask_area", {"Area of the masks", "掩膜面积占比"}, "", false},
  };
  description.source =
      "Zhang et al.: Top-down neural attention by excitation backprop, IJCV 2018; Arras, Osman, Samek: "
      "CLEVR-XAI, Information Fusion 2022";
  return description;
}

Result<NumberArray> ReadMasks(const check::Context& context) {
  const std::string& path = context.parameters.Text("masks");
  auto digest = Digest::FromHex(context.parameters.Text("masks_sha256"));
  if (!digest) return FailAt("masks_sha256", std::move(digest).error());
  CUPEL_TRY(const data::dataset::LoadedFile file, data::dataset::LoadFile(path, {}));
  if (file.digest != *digest) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the masks' SHA-256 is {}, expected {}", file.digest.Hex(), digest->Hex()), path);
  }
  auto masks = data::dataset::ParseNpy(file.blob);
  if (!masks) return FailAt(path, std::move(masks).error());
  const std::vector<std::int64_t>& shape = context.data->info().sample_shape;
  if (masks->shape.size() != 3 || masks->shape[1] != shape[1] || masks->shape[2] != shape[2]) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("masks must be [n, {}, {}], one for each sample", shape[1], shape[2]), path);
  }
  return masks;
}

// The mask of a sample by its original index. Errors: kInvalidArgument when there is none.
Result<std::vector<std::uint8_t>> MaskOf(const NumberArray& masks, std::int64_t original) {
  if (original >= masks.Rows())
    return Fail(ErrorCode::kInvalidArgument, fmt::format("there is no mask for sample {}", original));
  std::vector<float> row(static_cast<std::size_t>(masks.RowSize()));
  CUPEL_TRY_STATUS(masks.ReadRow(original, row));
  std::vector<std::uint8_t> mask;
  for (const float value : row) mask.push_back(value != 0 ? 1 : 0);
  return mask;
}

class Localisation : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    tensor::UseOneThreadPerOperator();
    check::CheckResult result;
    if (context.parameters.Text("masks").empty() || !context.data->info().IsImage()) {
      result.not_applicable = Text{"The plan names no masks of pictures (parameter masks).",
                                   "方案未指定图像掩膜（参数 masks）。"};
      return result;
    }
    CUPEL_TRY(const NumberArray masks, ReadMasks(context));
    CUPEL_TRY(const MethodSettings settings, SettingsFrom(context));
    const ClassifierExecutor search(*context.model);
    const ExplainedModel model = search.model();
    CUPEL_TRY(const std::vector<ReadyMethod> methods, MakeReady(settings, model, &result.notes));
    const auto measure = [&](std::int64_t index) -> Result<std::vector<double>> {
      CUPEL_TRY(const Subject subject, ReadSubject(context, model, settings.baseline, index));
      CUPEL_TRY(const std::vector<std::uint8_t> mask, MaskOf(masks, subject.original));
      const auto inside = static_cast<double>(std::ranges::count(mask, 1));
      std::vector<double> numbers = {inside / static_cast<double>(mask.size())};
      for (const ReadyMethod& ready : methods) {
        CUPEL_TRY(const Explanation explanation, ready.attribution->Explain(subject.question()));
        const std::vector<double> sums = PlaceSums(explanation.values, model.sample_shape);
        numbers.push_back(RelevanceMass(sums, mask));
        numbers.push_back(PointsInside(sums, mask) ? 1 : 0);
      }
      return numbers;
    };
    CUPEL_TRY(const auto records, MeasureSamples(context, kId, FirstSamples(settings.samples),
                                                 1 + kNumbers * methods.size(), measure));
    const auto n = static_cast<std::int64_t>(records.size());
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const std::string& id = methods[m].method->id;
      const std::size_t first = 1 + kNumbers * m;
      const std::vector<double> hits = Column(records, first + 1);
      const auto count = static_cast<std::int64_t>(std::ranges::count(hits, 1.0));
      result.metrics.push_back({.name = "pointing." + id,
                                .value = static_cast<double>(count) / static_cast<double>(n),
                                .interval = stats::Wilson(count, n, 0.95),
                                .n = n,
                                .count = count});
      result.metrics.push_back(MeanMetric("relevance_mass." + id, Column(records, first), kId, context.seed));
    }
    result.metrics.push_back(MeanMetric("mask_area", Column(records, 0), kId, context.seed));
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& LocalisationCheck() {
  static const Localisation check;
  return check;
}

}  // namespace cupel::algorithm::explain
