// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_target.h"

#include <ATen/ops/cat.h>

#include <utility>

namespace cupel::algorithm::inspect {
namespace {

class ClassifierTarget : public AttackTarget {
 public:
  explicit ClassifierTarget(const executor::Classifier& classifier) : classifier_(classifier) {}
  std::int64_t class_count() const override { return classifier_.class_count(); }
  const std::vector<std::int64_t>& sample_shape() const override { return classifier_.sample_shape(); }
  tensor::Device device() const override { return classifier_.device(); }
  std::int64_t independent_rows() const override { return classifier_.independent_rows(); }
  std::int64_t cached_rows() const override { return classifier_.cached_rows(); }
  Result<tensor::Tensor> Logits(const tensor::Tensor& x) const override { return classifier_.Logits(x); }
  Result<executor::Passes> LogitsGradients(
      const tensor::Tensor& x, std::span<const executor::OutputGradient> output_gradients) const override {
    return classifier_.LogitsGradients(x, output_gradients);
  }
  Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const override {
    return classifier_.ExactLogits(x);
  }

 private:
  const executor::Classifier& classifier_;
};

class CoarseTarget final : public ClassifierTarget {
 public:
  CoarseTarget(const executor::Classifier& coarse, const executor::Classifier& fine)
      : ClassifierTarget(coarse), fine_(fine) {}
  bool coarse() const override { return true; }
  Result<tensor::Tensor> FloatLogits(const tensor::Tensor& x) const override { return fine_.Logits(x); }
  Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const override { return fine_.ExactLogits(x); }

 private:
  const executor::Classifier& fine_;
};

class ExecutorTarget : public AttackTarget {
 public:
  ExecutorTarget(const executor::Executor& search, const executor::Executor& exact, std::int64_t class_count,
                 std::vector<std::int64_t> sample_shape)
      : search_(search), exact_(exact), class_count_(class_count), sample_shape_(std::move(sample_shape)) {}
  std::int64_t class_count() const override { return class_count_; }
  const std::vector<std::int64_t>& sample_shape() const override { return sample_shape_; }
  tensor::Device device() const override { return search_.device(); }
  std::int64_t independent_rows() const override { return search_.independent_rows(); }
  std::int64_t cached_rows() const override { return search_.cached_rows(); }
  Result<tensor::Tensor> Logits(const tensor::Tensor& x) const override { return search_.Forward(x); }
  Result<executor::Passes> LogitsGradients(
      const tensor::Tensor& x, std::span<const executor::OutputGradient> output_gradients) const override {
    return search_.ForwardGradients(x, output_gradients);
  }
  Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const override {
    return tensor::Translate([&]() -> Result<tensor::Tensor> {
      std::vector<tensor::Tensor> rows;
      for (std::int64_t row = 0; row < x.size(0); ++row) {
        CUPEL_TRY(rows.emplace_back(), exact_.Forward(x.narrow(0, row, 1)));
      }
      return at::cat(rows, 0);
    });
  }

 private:
  const executor::Executor& search_;
  const executor::Executor& exact_;
  std::int64_t class_count_;
  std::vector<std::int64_t> sample_shape_;
};

}  // namespace

std::unique_ptr<AttackTarget> TargetOf(const executor::Classifier& classifier) {
  return std::make_unique<ClassifierTarget>(classifier);
}

std::unique_ptr<AttackTarget> CoarseTargetOf(const executor::Classifier& coarse,
                                             const executor::Classifier& fine) {
  return std::make_unique<CoarseTarget>(coarse, fine);
}

std::unique_ptr<AttackTarget> TargetOf(const executor::Executor& search, const executor::Executor& exact,
                                       std::int64_t class_count, std::vector<std::int64_t> sample_shape) {
  return std::make_unique<ExecutorTarget>(search, exact, class_count, std::move(sample_shape));
}

}  // namespace cupel::algorithm::inspect
