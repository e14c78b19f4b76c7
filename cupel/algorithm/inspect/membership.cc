// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/objective.h"
#include "cupel/base/parallel.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/proportion.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::inspect {
namespace {

using check::Text;
using data::dataset::Dataset;

constexpr double kLevel = 0.95;
constexpr std::array<double, 2> kRates = {0.01, 0.001};
// Below this many expected false positives a threshold is set by single samples.
constexpr double kFewFalsePositives = 10;
constexpr int kCurvePoints = 200;

check::Description Describe() {
  check::ParameterSpec samples;
  samples.name = "samples";
  samples.type = check::ParameterType::kInteger;
  samples.unit = "samples";
  samples.fallback = 0;
  samples.high = 1e9;
  samples.meaning = {"Members and non-members drawn, each so many; 0: as many as the smaller set has",
                     "成员与非成员各抽取的数量；0 表示取较小集合的全部数量"};
  check::Description description;
  description.id = "inspect.membership";
  description.title = {"Membership inference (loss threshold)", "成员推断（损失阈值）"};
  description.summary = {
      "Tries to tell samples the model was trained on from others by their loss alone; 0.5 is chance.",
      "仅凭损失值尝试区分模型的训练样本与其他样本；AUC 为 0.5 表示与随机猜测无异。"};
  description.principle = check::Principle::kPrivacy;
  description.requirements = {"A2"};
  description.parameters = {samples};
  description.metrics = {
      {"auc", {"Area under the ROC curve", "ROC 曲线下面积"}, "", false},
      {"tpr_at_fpr_0.01",
       {"Members found at 1 % false positives", "误报率 1 % 时识别出的成员比例"},
       "",
       false},
      {"tpr_at_fpr_0.001",
       {"Members found at 0.1 % false positives", "误报率 0.1 % 时识别出的成员比例"},
       "",
       false},
  };
  description.source =
      "Yeom et al.: Privacy risk in machine learning, CSF 2018; Carlini et al.: Membership inference attacks "
      "from first principles, S&P 2022";
  return description;
}

// `count` samples drawn without replacement, in rising order.
std::vector<std::int64_t> Draw(std::int64_t size, std::int64_t count, std::uint64_t seed,
                               std::uint32_t side) {
  ReproducibleStream stream(seed, "inspect.membership", 0, side);
  std::vector<std::int64_t> drawn = stream.Permutation(size);
  drawn.resize(static_cast<std::size_t>(count));
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

// Cross entropies of one tile; the last rows of a short tile are copies, so that every pass has the same
// shape.
Status TileLosses(const executor::Classifier& model, const Dataset& data,
                  std::span<const std::int64_t> indices, std::span<double> losses) {
  std::vector<std::int64_t> padded(indices.begin(), indices.end());
  padded.resize(static_cast<std::size_t>(executor::kTileSize), indices.back());
  std::vector<float> features(padded.size() * static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(padded, features));
  std::vector<std::int64_t> shape = model.sample_shape();
  shape.insert(shape.begin(), executor::kTileSize);
  CUPEL_TRY(const tensor::Tensor output,
            model.Logits(tensor::FromFloats(features, shape).to(model.device().torch())));
  const std::vector<float> logits = tensor::ToFloats(output);
  const auto classes = static_cast<std::size_t>(model.class_count());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    losses[i] = CrossEntropy(std::span(logits).subspan(i * classes, classes),
                             data.labels()[static_cast<std::size_t>(indices[i])]);
    if (!std::isfinite(losses[i])) {
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity",
                  fmt::format("sample {} of {}", data.OriginalIndex(indices[i]), data.info().name));
    }
  }
  return {};
}

Status CheckLabels(const executor::Classifier& model, const Dataset& data) {
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const std::int32_t label = data.labels()[static_cast<std::size_t>(i)];
    if (label >= 0 && label < model.class_count()) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("label must be in [0, {}), got {}", model.class_count(), label),
                fmt::format("sample {} of {}", data.OriginalIndex(i), data.info().name),
                "the data set and the model must have the same classes");
  }
  return {};
}

Result<std::vector<double>> Losses(const check::Context& context, const Dataset& data,
                                   const std::vector<std::int64_t>& indices) {
  std::vector<double> losses(indices.size());
  const auto tile = static_cast<std::size_t>(executor::kTileSize);
  const auto tiles = static_cast<std::int64_t>((indices.size() + tile - 1) / tile);
  const auto work = [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    const std::size_t from = static_cast<std::size_t>(piece) * tile;
    const std::size_t count = std::min(tile, indices.size() - from);
    CUPEL_TRY_STATUS(tensor::Translate([&] {
      return TileLosses(*context.model, data, std::span(indices).subspan(from, count),
                        std::span(losses).subspan(from, count));
    }));
    context.progress->Advance(static_cast<std::int64_t>(count));
    return {};
  };
  CUPEL_TRY_STATUS(ForEachPiece(tiles, context.workers, work));
  return losses;
}

Json RocFigure(const std::vector<stats::RocPoint>& curve, std::size_t non_members) {
  Json series;
  series["name"] = ToJson(Text{"loss threshold", "损失阈值"});
  const double smallest = 1.0 / static_cast<double>(non_members);
  double last = -1;
  for (int i = 0; i < kCurvePoints; ++i) {
    const double rate = std::min(1.0, std::pow(smallest, 1.0 - i / (kCurvePoints - 1.0)));
    const stats::RocPoint point = stats::AtFpr(curve, rate);
    if (point.fpr <= last) continue;
    last = point.fpr;
    series["x"].Append(point.fpr);
    series["y"].Append(point.tpr);
  }
  Json figure;
  figure["type"] = "curve";
  figure["title"] = ToJson(Text{"Members found against false alarms", "成员识别率与误报率"});
  figure["series"] = Json::Array{std::move(series)};
  figure["xLabel"] = ToJson(Text{"false-positive rate", "误报率"});
  figure["yLabel"] = ToJson(Text{"true-positive rate", "识别率"});
  figure["xLog"] = true;
  figure["yLog"] = true;
  figure["xMin"] = std::min(smallest, 0.1);
  figure["yMin"] = std::min(smallest, 0.1);
  figure["xMax"] = 1;
  figure["yMax"] = 1;
  figure["diagonal"] = true;
  return figure;
}

Text SupportNote(double rate, std::size_t non_members) {
  const auto needed = static_cast<std::int64_t>(std::ceil(kFewFalsePositives / rate));
  return {
      fmt::format(
          "{} non-members cannot support a claim at a false-positive rate of {:g} %: at least {} are needed.",
          non_members, rate * 100, needed),
      fmt::format("{} 个非成员样本不足以支持误报率为 {:g} % 的结论：至少需要 {} 个。", non_members,
                  rate * 100, needed)};
}

class Membership : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    if (context.training_data == nullptr) {
      check::CheckResult result;
      result.not_applicable = Text{"The plan names no training data, so there are no known members.",
                                   "方案未指定训练数据，因此没有已知的成员样本。"};
      return result;
    }
    const Dataset& inside = *context.training_data;
    const Dataset& outside = *context.data;
    if (inside.info().digest == outside.info().digest) {
      return Fail(ErrorCode::kInvalidArgument, "the training data and the data are the same set", "",
                  "name a data set that the model was not trained on");
    }
    std::int64_t count = std::min(inside.size(), outside.size());
    if (const std::int64_t wanted = context.parameters.Integer("samples"); wanted > 0)
      count = std::min(count, wanted);
    if (count == 0) return Fail(ErrorCode::kInvalidArgument, "the data set is empty");
    CUPEL_TRY_STATUS(CheckLabels(*context.model, inside));
    CUPEL_TRY_STATUS(CheckLabels(*context.model, outside));
    context.progress->Begin(description_.id, 2 * count, "samples");
    Result<std::vector<double>> members =
        Losses(context, inside, Draw(inside.size(), count, context.seed, 0));
    Result<std::vector<double>> others;
    if (members) others = Losses(context, outside, Draw(outside.size(), count, context.seed, 1));
    context.progress->End();
    CUPEL_TRY(const std::vector<double> member_losses, std::move(members));
    CUPEL_TRY(const std::vector<double> other_losses, std::move(others));
    return MembershipFromLosses(member_losses, other_losses);
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

check::CheckResult MembershipFromLosses(std::span<const double> members,
                                        std::span<const double> non_members) {
  const auto negated = [](std::span<const double> losses) {
    std::vector<double> scores(losses.begin(), losses.end());
    for (double& score : scores) score = -score;
    return scores;
  };
  const std::vector<double> positives = negated(members);
  const std::vector<double> negatives = negated(non_members);
  const auto n = static_cast<std::int64_t>(members.size() + non_members.size());
  check::CheckResult result;
  const stats::Auc auc = stats::DeLongAuc(positives, negatives, kLevel);
  result.metrics.push_back({.name = "auc", .value = auc.value, .interval = auc.interval, .n = n});
  const std::vector<stats::RocPoint> curve = stats::RocCurve(positives, negatives);
  for (double rate : kRates) {
    const stats::RocPoint point = stats::AtFpr(curve, rate);
    const auto size = static_cast<std::int64_t>(members.size());
    result.metrics.push_back({.name = fmt::format("tpr_at_fpr_{:g}", rate),
                              .value = point.tpr,
                              .interval = stats::ClopperPearson(point.true_positives, size, kLevel),
                              .n = size,
                              .count = point.true_positives});
    if (static_cast<double>(non_members.size()) * rate < kFewFalsePositives) {
      result.notes.push_back(SupportNote(rate, non_members.size()));
    }
  }
  result.figures.push_back(RocFigure(curve, non_members.size()));
  return result;
}

const check::Check& MembershipCheck() {
  static const Membership check;
  return check;
}

}  // namespace cupel::algorithm::inspect
