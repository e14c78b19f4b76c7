// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The one gateway to libtorch's tensors: the algorithm level's tensor language.
///
/// `Tensor` is at::Tensor, so that one text of an attack runs on CPU and GPU. Only this header's includes and
/// narrow per-operator headers (`#include <ATen/ops/conv2d.h>`) are allowed in Cupel; never `torch/torch.h`.
/// libtorch throws; modules of the algorithm level wrap work that may throw in `Translate`, so nothing
/// crosses a border. The first include must stay the first: without it clang cannot compile libtorch 1.13's
/// headers.

#include <ATen/core/ivalue.h>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cupel/algorithm/tensor/device.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::tensor {

using Tensor = at::Tensor;

/// A float32 CPU tensor that owns a copy of `values`. Precondition: the shape's product equals values.size().
Tensor FromFloats(std::span<const float> values, const std::vector<std::int64_t>& shape);

/// The elements as float32, row-major, whatever the tensor's type, layout and device.
std::vector<float> ToFloats(const Tensor& tensor);

/// Makes libtorch, OpenMP and BLAS use one thread in the calling thread: two threads inside a 28x28
/// convolution are slower than one, so workers parallelise across images instead. Call once at the start of
/// every worker.
void UseOneThreadPerOperator();

namespace internal {
Error TranslateException(const std::exception& cause);
}

/// Runs `work`; a libtorch exception becomes kInternal (out of memory: kResourceLimit) with the first line of
/// its text. `work` may return T, void, Result<T> or Status.
template <typename Work>
auto Translate(Work&& work) {
  using Value = std::invoke_result_t<Work>;
  if constexpr (std::is_void_v<Value>) {
    try {
      std::forward<Work>(work)();
      return Status{};
    } catch (const std::exception& cause) {
      return Status{tl::make_unexpected(internal::TranslateException(cause))};
    }
  } else if constexpr (requires(Value v) {
                         typename Value::error_type;
                         v.has_value();
                       }) {
    try {
      return std::forward<Work>(work)();
    } catch (const std::exception& cause) {
      return Value{tl::make_unexpected(internal::TranslateException(cause))};
    }
  } else {
    try {
      return Result<Value>{std::forward<Work>(work)()};
    } catch (const std::exception& cause) {
      return Result<Value>{tl::make_unexpected(internal::TranslateException(cause))};
    }
  }
}

}  // namespace cupel::algorithm::tensor
