// SPDX-License-Identifier: Apache-2.0
// Convolution as products of matrices: neighbourhoods are laid out as columns (forward), or columns are
// scattered back (transposed), a window of positions at a time.
#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/linear_map.h"
#include "cupel/algorithm/certify/matrix_product.h"

namespace cupel::algorithm::certify {
namespace {

// Columns of one product are kept below this many numbers, so that they stay in the second-level cache.
constexpr std::int64_t kColumnNumbers = std::int64_t{1} << 17;

// First and one-past-last output coordinate in [begin, end) whose source lies in [low, high).
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Range ValidOutputs(const Sliding& sliding, int axis, std::int64_t tap, std::int64_t begin, std::int64_t end,
                   std::int64_t low, std::int64_t high) {
  while (begin < end && sliding.Source(axis, begin, tap) < low) ++begin;
  while (begin < end && sliding.Source(axis, end - 1, tap) >= high) --end;
  return {begin, end};
}

class Convolution : public LinearMap {
 public:
  Convolution(const Sliding& sliding, std::int64_t groups, std::vector<double> weights)
      : sliding_(sliding), groups_(groups), weights_(std::move(weights)) {
    in_ = sliding.input.channels / groups;
    out_ = sliding.output.channels / groups;
    taps_ = in_ * sliding.kernel[0] * sliding.kernel[1];
    absolute_.reserve(weights_.size());
    for (const double weight : weights_) absolute_.push_back(std::abs(weight));
    transposed_.resize(weights_.size());
    for (std::int64_t g = 0; g < groups; ++g) {
      for (std::int64_t o = 0; o < out_; ++o) {
        for (std::int64_t k = 0; k < taps_; ++k)
          transposed_[At(g * out_ * taps_ + k * out_ + o)] = weights_[At((g * out_ + o) * taps_ + k)];
      }
    }
  }

  void Apply(std::span<const double> x, bool absolute, std::span<double> y) const override {
    const std::int64_t positions = sliding_.output.height * sliding_.output.width;
    std::vector<double> columns(At(taps_ * positions));
    const std::vector<double>& weights = absolute ? absolute_ : weights_;
    for (std::int64_t g = 0; g < groups_; ++g) {
      Gather(x.data() + g * in_ * sliding_.input.height * sliding_.input.width, columns);
      Multiply(weights.data() + g * out_ * taps_, columns.data(), out_, taps_, positions,
               y.data() + g * out_ * positions);
    }
  }

  LinearForms Transposed(const LinearForms& a) const override {
    LinearForms forms(a.rows, sliding_.input, sliding_.Reach(a.window));
    const std::int64_t positions = a.window.Count();
    if (positions == 0) return forms;
    if (positions == 1) {
      TransposeSinglePositions(a, forms);
      return forms;
    }
    std::vector<double> columns(At(taps_ * positions));
    for (std::int64_t row = 0; row < a.rows; ++row) {
      for (std::int64_t g = 0; g < groups_; ++g) {
        Multiply(transposed_.data() + g * out_ * taps_, a.Row(row).data() + g * out_ * positions, taps_, out_,
                 positions, columns.data());
        Scatter(columns.data(), a.window, forms.window,
                forms.Row(row).data() + g * in_ * forms.window.Count());
      }
    }
    return forms;
  }

  std::int64_t LongestSum() const override {
    return std::max(taps_, out_ * sliding_.kernel[0] * sliding_.kernel[1]);
  }

 private:
  static std::size_t At(std::int64_t index) { return static_cast<std::size_t>(index); }

  // Rows that live at one position, as the first step back from single neurons does: one product for many.
  void TransposeSinglePositions(const LinearForms& a, LinearForms& forms) const {
    const std::int64_t batch = std::max<std::int64_t>(kColumnNumbers / taps_, 1);
    std::vector<double> columns(At(std::min(batch, a.rows) * taps_));
    std::vector<double> part(At(std::min(batch, a.rows) * out_));
    for (std::int64_t g = 0; g < groups_; ++g) {
      for (std::int64_t first = 0; first < a.rows; first += batch) {
        const std::int64_t count = std::min(batch, a.rows - first);
        for (std::int64_t row = 0; row < count; ++row)
          std::copy_n(a.Row(first + row).data() + g * out_, out_, part.data() + row * out_);
        Multiply(part.data(), weights_.data() + g * out_ * taps_, count, out_, taps_, columns.data());
        for (std::int64_t row = 0; row < count; ++row) {
          Scatter(columns.data() + row * taps_, a.window, forms.window,
                  forms.Row(first + row).data() + g * in_ * forms.window.Count());
        }
      }
    }
  }

  // columns [taps, positions] of one group from its channels of a whole plane.
  void Gather(const double* x, std::vector<double>& columns) const {
    const Plane& input = sliding_.input;
    const Plane& output = sliding_.output;
    std::fill(columns.begin(), columns.end(), 0.0);
    double* to = columns.data();
    for (std::int64_t c = 0; c < in_; ++c) {
      for (std::int64_t ky = 0; ky < sliding_.kernel[0]; ++ky) {
        for (std::int64_t kx = 0; kx < sliding_.kernel[1]; ++kx, to += output.height * output.width) {
          const Range across = ValidOutputs(sliding_, 1, kx, 0, output.width, 0, input.width);
          for (std::int64_t y = 0; y < output.height; ++y) {
            const std::int64_t from_y = sliding_.Source(0, y, ky);
            if (from_y < 0 || from_y >= input.height) continue;
            const double* line = x + (c * input.height + from_y) * input.width;
            for (std::int64_t at = across.begin; at < across.end; ++at)
              to[y * output.width + at] = line[sliding_.Source(1, at, kx)];
          }
        }
      }
    }
  }

  // Adds columns [taps, positions of `outputs`] to a group's channels of a form with window `inputs`.
  void Scatter(const double* columns, const Window& outputs, const Window& inputs, double* form) const {
    const std::int64_t bottom = inputs.top + inputs.height, right = inputs.left + inputs.width;
    for (std::int64_t c = 0; c < in_; ++c) {
      for (std::int64_t ky = 0; ky < sliding_.kernel[0]; ++ky) {
        for (std::int64_t kx = 0; kx < sliding_.kernel[1]; ++kx, columns += outputs.Count()) {
          const Range across =
              ValidOutputs(sliding_, 1, kx, outputs.left, outputs.left + outputs.width, inputs.left, right);
          if (across.begin >= across.end) continue;
          for (std::int64_t y = 0; y < outputs.height; ++y) {
            const std::int64_t to_y = sliding_.Source(0, outputs.top + y, ky);
            if (to_y < inputs.top || to_y >= bottom) continue;
            double* to = form + (c * inputs.height + to_y - inputs.top) * inputs.width +
                         sliding_.Source(1, across.begin, kx) - inputs.left;
            const double* from = columns + y * outputs.width + across.begin - outputs.left;
            const std::int64_t count = across.end - across.begin, stride = sliding_.stride[1];
            if (stride == 1) {
              for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
            } else {
              for (std::int64_t i = 0; i < count; ++i) to[i * stride] += from[i];
            }
          }
        }
      }
    }
  }

  Sliding sliding_;
  std::int64_t groups_;
  std::int64_t in_ = 0;             // Input channels of a group.
  std::int64_t out_ = 0;            // Output channels of a group.
  std::int64_t taps_ = 0;           // Terms of an output: in_ x kernel.
  std::vector<double> weights_;     // [group][out_][taps_]
  std::vector<double> absolute_;    // The same, absolute.
  std::vector<double> transposed_;  // [group][taps_][out_]
};

}  // namespace

Window Sliding::Reach(const Window& outputs) const {
  if (outputs.Count() == 0) return {};
  const auto axis = [&](int which, std::int64_t first, std::int64_t count, std::int64_t size,
                        std::int64_t& begin, std::int64_t& length) {
    begin = std::clamp<std::int64_t>(Source(which, first, 0), 0, size);
    const std::int64_t end =
        std::clamp<std::int64_t>(Source(which, first + count - 1, kernel[which] - 1) + 1, begin, size);
    length = end - begin;
  };
  Window window;
  axis(0, outputs.top, outputs.height, input.height, window.top, window.height);
  axis(1, outputs.left, outputs.width, input.width, window.left, window.width);
  return window.Count() == 0 ? Window{} : window;
}

std::unique_ptr<LinearMap> MakeConvolution(const Sliding& sliding, std::int64_t groups,
                                           std::vector<double> weights) {
  return std::make_unique<Convolution>(sliding, groups, std::move(weights));
}

}  // namespace cupel::algorithm::certify
