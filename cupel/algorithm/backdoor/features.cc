// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/features.h"

#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/algorithm/graph/truncate.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/draw.h"

namespace cupel::algorithm::backdoor {
namespace {

using tensor::Tensor;

constexpr std::int64_t kOversampling = 8;
constexpr int kIterations = 40;

Tensor Doubles(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return at::tensor(values, at::TensorOptions().dtype(at::kDouble)).reshape(shape);
}

std::vector<double> ToDoubles(const Tensor& values) {
  const Tensor whole = values.contiguous();
  const auto* data = whole.data_ptr<double>();
  return {data, data + whole.numel()};
}

// Runs both sides of every class through the cut network.
Status RunExtractor(const executor::Classifier& extractor, const check::Context& context,
                    const std::vector<std::vector<std::int64_t>>& held_out,
                    std::vector<ClassFeatures>& classes) {
  for (std::size_t k = 0; k < classes.size(); ++k) {
    classes[k].d = extractor.class_count();
    CUPEL_TRY(classes[k].features,
              AnswersOn(extractor, *context.training_data, classes[k].training, context));
    CUPEL_TRY(classes[k].held_out, AnswersOn(extractor, *context.data, held_out[k], context));
  }
  return {};
}

// Rows minus the mean, as doubles.
std::vector<double> Centred(std::span<const float> rows, const std::vector<double>& mean) {
  std::vector<double> centred(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) centred[i] = rows[i] - mean[i % mean.size()];
  return centred;
}

std::vector<double> MeanOf(std::span<const float> rows, std::size_t d) {
  std::vector<double> mean(d, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) mean[i % d] += rows[i];
  for (double& value : mean) value /= static_cast<double>(rows.size() / d);
  return mean;
}

// [d, k], by falling variance, which goes to `variances`.
Tensor Directions(const Tensor& centred, std::int64_t wanted, std::uint64_t seed,
                  std::vector<double>& variances) {
  const std::int64_t n = centred.size(0);
  const std::int64_t d = centred.size(1);
  const std::int64_t width = std::min({wanted + kOversampling, n, d});
  ReproducibleStream stream(seed, "inspect.principal-components");
  std::vector<double> start(static_cast<std::size_t>(d * width));
  for (double& value : start) value = stream.Normal();
  Tensor basis = std::get<0>(at::linalg_qr(Doubles(start, {d, width})));
  for (int i = 0; i < kIterations; ++i) {
    const Tensor moved = at::matmul(centred.t(), at::matmul(centred, basis));
    basis = std::get<0>(at::linalg_qr(moved));
  }
  const Tensor inside = at::matmul(centred, basis);
  const auto [values, vectors] = at::linalg_eigh(at::matmul(inside.t(), inside));
  const std::int64_t kept = std::min({wanted, n, d});
  // Eigenvalues rise; the largest come first here.
  const Tensor chosen = vectors.flip({1}).slice(1, 0, kept);
  for (const double value : ToDoubles(values.flip({0}).slice(0, 0, kept)))
    variances.push_back(std::max(0.0, value) / static_cast<double>(n));
  return at::matmul(basis, chosen);
}

void MakeSignsUnique(std::vector<double>& directions, std::size_t d) {
  for (std::size_t k = 0; k < directions.size() / d; ++k) {
    const auto direction = std::span(directions).subspan(k * d, d);
    const double largest = *std::ranges::max_element(direction, {}, [](double v) { return std::abs(v); });
    if (largest < 0) {
      for (double& value : direction) value = -value;
    }
  }
}

}  // namespace

Result<std::unique_ptr<executor::Classifier>> FeatureExtractor(const executor::Classifier& model) {
  CUPEL_TRY(const std::string value, graph::PenultimateValue(model.graph()));
  CUPEL_TRY(const graph::Graph cut, graph::TruncateAt(model.graph(), value));
  executor::ClassifierOptions options = model.options();
  options.output_is_probability = false;
  return executor::Classifier::Create(cut, options);
}

Result<std::vector<ClassFeatures>> CollectFeatures(const check::Context& context, std::string_view id,
                                                   std::int64_t samples) {
  CUPEL_TRY(const auto extractor, FeatureExtractor(*context.model));
  const std::int64_t count = context.model->class_count();
  std::vector<ClassFeatures> classes(static_cast<std::size_t>(count));
  std::vector<std::vector<std::int64_t>> held_out(classes.size());
  std::int64_t total = 0;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto label = static_cast<std::int32_t>(k);
    const auto draw = [&](const data::dataset::Dataset& data) {
      return data::dataset::DrawSamples(data, data::dataset::SamplesOf(data, label), samples, context.seed,
                                        id);
    };
    classes[k].training = draw(*context.training_data);
    held_out[k] = draw(*context.data);
    total += static_cast<std::int64_t>(classes[k].training.size() + held_out[k].size());
  }
  context.progress->Begin(id, total, "samples");
  const Status status = RunExtractor(*extractor, context, held_out, classes);
  context.progress->End();
  CUPEL_TRY_STATUS(status);
  return classes;
}

std::optional<check::Text> WhyNotApplicable(const check::Context& context) {
  if (context.training_data == nullptr) {
    return check::Text{"The plan names no training data.", "方案未指定训练数据。"};
  }
  const auto value = graph::PenultimateValue(context.model->graph());
  if (value) return std::nullopt;
  return check::Text{fmt::format("No penultimate activations: {}.", value.error().message),
                     fmt::format("无法取得倒数第二层激活：{}。", value.error().message)};
}

std::vector<double> PrincipalComponents::Project(std::span<const float> rows) const {
  const std::size_t d = mean.size();
  const std::size_t k = directions.size() / d;
  const std::size_t n = rows.size() / d;
  std::vector<double> projected(n * k, 0.0);
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t j = 0; j < k; ++j) {
      double sum = 0;
      for (std::size_t i = 0; i < d; ++i) sum += (rows[row * d + i] - mean[i]) * directions[j * d + i];
      projected[row * k + j] = sum;
    }
  }
  return projected;
}

Result<PrincipalComponents> FindPrincipalComponents(std::span<const float> rows, std::int64_t d,
                                                    std::int64_t wanted, std::uint64_t seed) {
  tensor::UseOneThreadPerOperator();
  return tensor::Translate([&] {
    PrincipalComponents found;
    found.mean = MeanOf(rows, static_cast<std::size_t>(d));
    const auto n = static_cast<std::int64_t>(rows.size()) / d;
    const Tensor centred = Doubles(Centred(rows, found.mean), {n, d});
    found.directions = ToDoubles(Directions(centred, wanted, seed, found.variances).t());
    MakeSignsUnique(found.directions, static_cast<std::size_t>(d));
    found.scores = found.Project(rows);
    return found;
  });
}

}  // namespace cupel::algorithm::backdoor
