// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tensor/random_draw.h"

namespace cupel::algorithm::tensor {
namespace {

thread_local const RandomDraw* innermost = nullptr;

}  // namespace

RandomDraw::RandomDraw(std::uint32_t draw, std::span<const std::uint64_t> keys)
    : draw_(draw), keys_(keys), outer_(innermost) {
  innermost = this;
}

RandomDraw::~RandomDraw() { innermost = outer_; }

const RandomDraw* RandomDraw::Current() { return innermost; }

}  // namespace cupel::algorithm::tensor
