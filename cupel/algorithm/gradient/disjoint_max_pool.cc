// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/disjoint_max_pool.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <stdexcept>

namespace cupel::algorithm::gradient {
namespace {

using tensor::Tensor;

struct Planes {
  std::int64_t count, height, width;  // of the input
};

Planes PlanesOf(at::IntArrayRef shape) { return {shape[0] * shape[1], shape[2], shape[3]}; }

// choice: 0..3, the position of the maximum inside its window, row by row.
template <typename T>
void PoolForward(const T* x, T* y, std::uint8_t* choice, const Planes& planes) {
  const std::int64_t rows = planes.height / 2;
  const std::int64_t columns = planes.width / 2;
  for (std::int64_t plane = 0; plane < planes.count; ++plane) {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T* upper = x + (plane * planes.height + 2 * i) * planes.width;
      const T* lower = upper + planes.width;
      const std::int64_t row = (plane * rows + i) * columns;
      for (std::int64_t j = 0; j < columns; ++j) {
        T best = upper[2 * j];
        std::uint8_t which = 0;
        const auto challenge = [&](T value, std::uint8_t position) {
          const bool wins = value > best || value != value;
          best = wins ? value : best;
          which = wins ? position : which;
        };
        challenge(upper[2 * j + 1], 1);
        challenge(lower[2 * j], 2);
        challenge(lower[2 * j + 1], 3);
        y[row + j] = best;
        choice[row + j] = which;
      }
    }
  }
}

template <typename T>
void PoolBackward(const T* dy, const std::uint8_t* choice, T* dx, const Planes& planes) {
  const std::int64_t rows = planes.height / 2;
  const std::int64_t columns = planes.width / 2;
  for (std::int64_t plane = 0; plane < planes.count; ++plane) {
    for (std::int64_t i = 0; i < rows; ++i) {
      T* upper = dx + (plane * planes.height + 2 * i) * planes.width;
      T* lower = upper + planes.width;
      const std::int64_t row = (plane * rows + i) * columns;
      for (std::int64_t j = 0; j < columns; ++j) {
        const T gradient = dy[row + j];
        const std::uint8_t which = choice[row + j];
        upper[2 * j] = which == 0 ? gradient : T{0};
        upper[2 * j + 1] = which == 1 ? gradient : T{0};
        lower[2 * j] = which == 2 ? gradient : T{0};
        lower[2 * j + 1] = which == 3 ? gradient : T{0};
      }
    }
  }
}

class Pool : public torch::autograd::Function<Pool> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x) {
    const std::vector<std::int64_t> shape = {x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2};
    Tensor y = at::empty(shape, x.options());
    Tensor choice = at::empty(shape, x.options().dtype(at::kByte));
    const Planes planes = PlanesOf(x.sizes());
    if (x.scalar_type() == at::kFloat) {
      PoolForward(x.data_ptr<float>(), y.data_ptr<float>(), choice.data_ptr<std::uint8_t>(), planes);
    } else {
      PoolForward(x.data_ptr<double>(), y.data_ptr<double>(), choice.data_ptr<std::uint8_t>(), planes);
    }
    context->save_for_backward({choice});
    context->saved_data["shape"] = x.sizes().vec();
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    if (c10::GradMode::is_enabled())
      throw std::runtime_error("second derivatives of max pooling are not available");
    const Tensor dy = gradients[0].contiguous();
    const Tensor choice = context->get_saved_variables()[0];
    const std::vector<std::int64_t> shape = context->saved_data["shape"].toIntVector();
    const bool odd = shape[2] % 2 != 0 || shape[3] % 2 != 0;  // then some positions are in no window
    Tensor dx = odd ? at::zeros(shape, dy.options()) : at::empty(shape, dy.options());
    const Planes planes = PlanesOf(shape);
    if (dy.scalar_type() == at::kFloat) {
      PoolBackward(dy.data_ptr<float>(), choice.data_ptr<std::uint8_t>(), dx.data_ptr<float>(), planes);
    } else {
      PoolBackward(dy.data_ptr<double>(), choice.data_ptr<std::uint8_t>(), dx.data_ptr<double>(), planes);
    }
    return {dx};
  }
};

}  // namespace

bool DisjointMaxPoolTakes(const Tensor& x) {
  const bool type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble;
  return type && x.is_cpu() && x.dim() == 4 && x.is_contiguous() && x.size(2) >= 2 && x.size(3) >= 2;
}

Tensor DisjointMaxPool(const Tensor& x) { return Pool::apply(x); }

}  // namespace cupel::algorithm::gradient
