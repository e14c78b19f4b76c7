// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/disjoint_max_pool.h"

#include <ATen/ops/isclose.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

namespace cupel::algorithm::gradient {
namespace {

using tensor::Tensor;

void ExpectSameAsLibtorch(const Tensor& values) {
  const Tensor ours = values.clone().requires_grad_(true);
  const Tensor theirs = values.clone().requires_grad_(true);
  const Tensor y = DisjointMaxPool(ours);
  const Tensor expected = std::get<0>(at::max_pool2d_with_indices(theirs, {2, 2}, {2, 2}));
  EXPECT_TRUE(at::isclose(y, expected, 0, 0, true).all().item().toBool());
  const Tensor seed = at::randn(y.sizes(), y.options());
  const Tensor gradient = torch::autograd::grad({y}, {ours}, {seed})[0];
  EXPECT_TRUE(gradient.equal(torch::autograd::grad({expected}, {theirs}, {seed})[0]));
}

TEST(DisjointMaxPoolTest, IsLibtorchsBitForBit) {
  ExpectSameAsLibtorch(at::randn({3, 4, 8, 6}));
  ExpectSameAsLibtorch(at::randn({3, 4, 8, 6}, at::kDouble));
}

TEST(DisjointMaxPoolTest, IgnoresAnOddLastRowAndColumn) { ExpectSameAsLibtorch(at::randn({2, 3, 7, 5})); }

TEST(DisjointMaxPoolTest, GivesTiesToTheFirst) {
  ExpectSameAsLibtorch(at::randint(0, 3, {4, 5, 8, 8}, at::kFloat));
}

TEST(DisjointMaxPoolTest, NotANumberWins) {
  Tensor values = at::randn({1, 2, 4, 4});
  values.data_ptr<float>()[1] = std::numeric_limits<float>::quiet_NaN();
  values.data_ptr<float>()[10] = std::numeric_limits<float>::quiet_NaN();
  values.data_ptr<float>()[15] = std::numeric_limits<float>::quiet_NaN();
  ExpectSameAsLibtorch(values);
}

TEST(DisjointMaxPoolTest, RefusesSecondDerivatives) {
  const Tensor x = at::randn({1, 1, 4, 4}).requires_grad_(true);
  const Tensor y = DisjointMaxPool(x);
  EXPECT_ANY_THROW(torch::autograd::grad({y.sum()}, {x}, {}, true, true));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
