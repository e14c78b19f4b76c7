// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/substitute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/train/untrained.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/memory_dataset.h"

namespace cupel::algorithm::train {
namespace {

using data::dataset::Dataset;
using data::dataset::DatasetInfo;

// The queries with the model's answers in place of their labels.
class Answered : public Dataset {
 public:
  Answered(const Dataset& queries, std::vector<std::int32_t> labels, std::int64_t classes)
      : queries_(queries), info_(queries.info()), labels_(std::move(labels)) {
    info_.class_names.clear();
    for (std::int64_t i = 0; i < classes; ++i) info_.class_names.push_back(std::to_string(i));
    info_.digest = crypto::Sha256(
        AsBytes(info_.digest.Hex() +
                Json::ArrayOf(std::vector<std::int64_t>(labels_.begin(), labels_.end())).Canonical()));
  }
  const DatasetInfo& info() const override { return info_; }
  std::int64_t size() const override { return queries_.size(); }
  Status Read(std::span<const std::int64_t> indices, std::span<float> features) const override {
    return queries_.Read(indices, features);
  }
  std::span<const std::int32_t> labels() const override { return labels_; }
  const std::vector<data::dataset::GroupAttribute>& group_attributes() const override { return no_groups_; }
  std::int64_t OriginalIndex(std::int64_t index) const override { return queries_.OriginalIndex(index); }

 private:
  const Dataset& queries_;
  DatasetInfo info_;
  std::vector<std::int32_t> labels_;
  std::vector<data::dataset::GroupAttribute> no_groups_;
};

// Softmax of each row, in place.
void ToProbabilities(std::vector<float>& logits, std::size_t classes) {
  for (std::size_t start = 0; start < logits.size(); start += classes) {
    const std::span<float> row = std::span(logits).subspan(start, classes);
    const double largest = *std::ranges::max_element(row);
    double sum = 0;
    for (const float logit : row) sum += std::exp(logit - largest);
    for (float& logit : row) logit = static_cast<float>(std::exp(logit - largest) / sum);
  }
}

Result<std::vector<float>> AskAll(const executor::Classifier& target, const Dataset& queries) {
  std::vector<float> logits;
  for (std::int64_t first = 0; first < queries.size(); first += evaluate::kPiece) {
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min(evaluate::kPiece, queries.size() - first)));
    std::iota(indices.begin(), indices.end(), first);
    std::vector<float> features(indices.size() * static_cast<std::size_t>(queries.info().SampleSize()));
    CUPEL_TRY_STATUS(queries.Read(indices, features));
    CUPEL_TRY(const std::vector<float> answers,
              evaluate::LogitsInTiles(target, features, static_cast<std::int64_t>(indices.size())));
    logits.insert(logits.end(), answers.begin(), answers.end());
  }
  return logits;
}

}  // namespace

Result<Answers> ParseAnswers(std::string_view text) {
  if (text == "probabilities") return Answers::kProbabilities;
  if (text == "labels") return Answers::kLabels;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("answers must be \"probabilities\" or \"labels\", got \"{}\"", text));
}

Result<Substitute> TrainSubstitute(const executor::Classifier& target, const Dataset& queries,
                                   const SubstituteOptions& options) {
  if (queries.info().sample_shape != target.sample_shape())
    return Fail(ErrorCode::kInvalidArgument, "the queries have another shape than the model's samples");
  if (queries.size() < 2) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a substitute needs at least 2 queries, got {}", queries.size()));
  }
  CUPEL_TRY(std::vector<float> answers, AskAll(target, queries));
  const auto classes = static_cast<std::size_t>(target.class_count());
  std::vector<std::int32_t> labels;
  for (std::size_t start = 0; start < answers.size(); start += classes) {
    const auto row = std::span(answers).subspan(start, classes);
    labels.push_back(static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin()));
  }
  ToProbabilities(answers, classes);
  const Answered answered(queries, std::move(labels), target.class_count());

  TrainJob job;
  CUPEL_TRY(job.graph, UntrainedGraph(options.architecture, target, options.training.seed));
  job.data = &answered;
  job.options = options.training;
  job.options.batch_size = static_cast<int>(std::min<std::int64_t>(job.options.batch_size, queries.size()));
  if (options.answers == Answers::kProbabilities) job.targets = answers;
  job.progress = options.progress;
  CUPEL_TRY(Trained trained, Train(job));
  Substitute substitute{.graph = std::move(trained.graph),
                        .classifier = nullptr,
                        .queries = queries.size(),
                        .curve = std::move(trained.curve)};
  CUPEL_TRY(substitute.classifier,
            executor::Classifier::Create(
                substitute.graph,
                {.device = target.device(), .preprocessing = {}, .sample_shape = target.sample_shape()}));
  return substitute;
}

Result<std::unique_ptr<Dataset>> RandomQueries(const DatasetInfo& like, std::int64_t count,
                                               std::uint64_t seed) {
  if (count < 1) return Fail(ErrorCode::kInvalidArgument, fmt::format("queries must be >= 1, got {}", count));
  const float low = like.box_low;
  const float high = like.box_high;
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high) || !std::isfinite(high - low)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("random inputs need a finite box, got [{}, {}]", low, high), like.name,
                "declare the range of the features in the data set's manifest");
  }
  data::dataset::MemoryData data;
  data.info = like;
  data.info.name = "random queries";
  for (std::int64_t i = 0; i < count; ++i) {
    ReproducibleStream stream(seed, "fit.queries", static_cast<std::uint64_t>(i));
    for (std::int64_t j = 0; j < like.SampleSize(); ++j)
      data.features.push_back(std::clamp(stream.Uniform(low, high), low, high));
    data.labels.push_back(0);
  }
  return data::dataset::MakeMemoryDataset(std::move(data));
}

}  // namespace cupel::algorithm::train
