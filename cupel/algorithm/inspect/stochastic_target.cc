// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/stochastic_target.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "cupel/algorithm/inspect/objective.h"
#include "cupel/algorithm/tensor/random_draw.h"

namespace cupel::algorithm::inspect {
namespace {

using tensor::Tensor;

constexpr std::uint32_t kFirstVote = 1U << 31;  // votes share no draw with the search

// One key a row: a mixture of the row's bits.
std::vector<std::uint64_t> KeysOf(const Tensor& x) {
  const std::vector<float> values = tensor::ToFloats(x);
  const auto rows = static_cast<std::size_t>(x.size(0));
  const std::size_t features = values.size() / rows;
  std::vector<std::uint64_t> keys(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint64_t key = 0x9E3779B97F4A7C15U;
    for (std::size_t i = 0; i < features; ++i) {
      key = (key ^ std::bit_cast<std::uint32_t>(values[row * features + i])) * 0xD6E8FEB86659FD93U;
      key ^= key >> 32U;
    }
    keys[row] = key;
  }
  return keys;
}

class Expectation : public AttackTarget {
 public:
  Expectation(const AttackTarget& target, const StochasticOptions& options)
      : target_(target), options_(options) {
    CUPEL_CHECK(options.eot_iter >= 1 && options.votes >= 1);
  }
  std::int64_t class_count() const override { return target_.class_count(); }
  const std::vector<std::int64_t>& sample_shape() const override { return target_.sample_shape(); }
  tensor::Device device() const override { return target_.device(); }
  bool random() const override { return true; }

  Result<Tensor> Logits(const Tensor& x) const override {
    return tensor::Translate([&]() -> Result<Tensor> {
      const std::vector<std::uint64_t> keys = KeysOf(x);
      Tensor sum;
      for (int k = 0; k < options_.eot_iter; ++k) {
        const tensor::RandomDraw draw(static_cast<std::uint32_t>(k), keys);
        CUPEL_TRY(const Tensor logits, target_.Logits(x));
        sum = sum.defined() ? sum.add(logits) : logits;
      }
      return sum.div(options_.eot_iter);
    });
  }

  Result<executor::Passes> LogitsGradients(
      const Tensor& x, std::span<const executor::OutputGradient> output_gradients) const override {
    return tensor::Translate([&]() -> Result<executor::Passes> {
      const std::vector<std::uint64_t> keys = KeysOf(x);
      executor::Passes mean;
      for (int k = 0; k < options_.eot_iter; ++k) {
        const tensor::RandomDraw draw(static_cast<std::uint32_t>(k), keys);
        CUPEL_TRY(executor::Passes passes, target_.LogitsGradients(x, output_gradients));
        if (k == 0) {
          mean = std::move(passes);
          continue;
        }
        mean.output = mean.output.add(passes.output);
        for (std::size_t i = 0; i < passes.input_gradients.size(); ++i)
          mean.input_gradients[i] = mean.input_gradients[i].add(passes.input_gradients[i]);
      }
      mean.output = mean.output.div(options_.eot_iter);
      for (Tensor& gradient : mean.input_gradients) gradient = gradient.div(options_.eot_iter);
      return mean;
    });
  }

  Result<Tensor> ExactLogits(const Tensor& x) const override {
    return tensor::Translate([&]() -> Result<Tensor> {
      std::vector<Tensor> rows;
      for (std::int64_t row = 0; row < x.size(0); ++row) {
        CUPEL_TRY(rows.emplace_back(), Vote(x.narrow(0, row, 1)));
      }
      return at::cat(rows, 0);
    });
  }

 private:
  // x: one row.
  Result<Tensor> Vote(const Tensor& x) const {
    const std::vector<std::uint64_t> keys = KeysOf(x);
    const auto classes = static_cast<std::size_t>(class_count());
    std::vector<int> count(classes);
    std::vector<double> sum(classes * classes);  // of the logits, by answered class
    for (int k = 0; k < options_.votes; ++k) {
      const tensor::RandomDraw draw(kFirstVote + static_cast<std::uint32_t>(k), keys);
      CUPEL_TRY(const Tensor output, target_.ExactLogits(x));
      const std::vector<float> logits = tensor::ToFloats(output);
      const auto answer = static_cast<std::size_t>(PredictedClass(logits));
      ++count[answer];
      for (std::size_t j = 0; j < classes; ++j) sum[answer * classes + j] += logits[j];
    }
    const auto winner =
        static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
    std::vector<float> mean(classes);
    for (std::size_t j = 0; j < classes; ++j)
      mean[j] = static_cast<float>(sum[winner * classes + j] / count[winner]);
    return tensor::FromFloats(mean, {1, class_count()}).to(x.device());
  }

  const AttackTarget& target_;
  StochasticOptions options_;
};

}  // namespace

Result<bool> AnswersVary(const AttackTarget& target, std::span<const float> features) {
  return tensor::Translate([&]() -> Result<bool> {
    std::vector<std::int64_t> shape = target.sample_shape();
    std::int64_t size = 1;
    for (const std::int64_t dimension : shape) size *= dimension;
    shape.insert(shape.begin(), static_cast<std::int64_t>(features.size()) / size);
    const Tensor x = tensor::FromFloats(features, shape).to(target.device().torch());
    std::vector<Tensor> answers;
    for (const std::uint32_t k : {0U, 1U}) {
      const tensor::RandomDraw draw(k);
      CUPEL_TRY(answers.emplace_back(), target.Logits(x));
    }
    return !at::equal(answers[0], answers[1]);
  });
}

std::unique_ptr<AttackTarget> ExpectationOf(const AttackTarget& target, const StochasticOptions& options) {
  return std::make_unique<Expectation>(target, options);
}

}  // namespace cupel::algorithm::inspect
