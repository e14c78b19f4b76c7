// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/masking/probe.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/inspect/objective.h"
#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/inspect/stability.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::masking {
namespace {

using inspect::AttackTarget;
using inspect::Loss;

// Up to kTileRows samples, always computed as a whole tile: missing rows repeat the first.
class TileProbe {
 public:
  TileProbe(const AttackTarget& target, const ProbeOptions& options, std::span<const float> features,
            std::span<const std::int32_t> labels, std::span<const std::int64_t> samples)
      : target_(target),
        options_(options),
        labels_(labels),
        samples_(samples),
        n_(labels.size()),
        d_(features.size() / labels.size()),
        c_(static_cast<std::size_t>(target.class_count())),
        h_(options.relative_reach * (double{options.threat.box_high} - options.threat.box_low)),
        features_(features),
        x_(features.begin(), features.end()) {
    const auto low = static_cast<float>(options.threat.box_low + h_);
    const auto high = static_cast<float>(options.threat.box_high - h_);
    for (float& value : x_) value = std::clamp(value, low, high);
  }

  Status Run(GradientProbe& probe) {
    CUPEL_TRY(const std::vector<float> first, Logits(x_));
    for (const float z : first) {
      if (!std::isfinite(z)) return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
    }
    CUPEL_TRY_STATUS(Repeat(first, probe));
    CUPEL_TRY_STATUS(Gradients(probe));
    CUPEL_TRY_STATUS(Compare(probe));
    return Step(probe);
  }

 private:
  std::vector<std::int64_t> Shape() const {
    std::vector<std::int64_t> shape = target_.sample_shape();
    shape.insert(shape.begin(), inspect::kTileRows);
    return shape;
  }
  tensor::Tensor Tile(const std::vector<float>& rows) const {
    std::vector<float> tile = rows;
    tile.reserve(static_cast<std::size_t>(inspect::kTileRows) * d_);
    while (tile.size() < static_cast<std::size_t>(inspect::kTileRows) * d_)
      tile.insert(tile.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(d_));
    return tensor::FromFloats(tile, Shape()).to(target_.device().torch());
  }
  // [n, c]
  Result<std::vector<float>> Logits(const std::vector<float>& rows) const {
    if (Interrupt::Requested()) return Interrupt::AsError();
    CUPEL_TRY(const tensor::Tensor output, target_.Logits(Tile(rows)));
    std::vector<float> logits = tensor::ToFloats(output);
    logits.resize(n_ * c_);
    return logits;
  }
  std::span<const float> RowOf(const std::vector<float>& logits, std::size_t row) const {
    return std::span(logits).subspan(row * c_, c_);
  }
  std::vector<double> Margins(const std::vector<float>& logits) const {
    std::vector<double> margins;
    for (std::size_t row = 0; row < n_; ++row)
      margins.push_back(inspect::Margin(RowOf(logits, row), labels_[row]));
    return margins;
  }

  // The same tile again, and the tile backwards: other places, other company.
  Status Repeat(const std::vector<float>& first, GradientProbe& probe) const {
    double largest = std::numeric_limits<double>::min();
    for (const float z : first) largest = std::max(largest, std::abs(double{z}));
    for (int repeat = 1; repeat < options_.repeats; ++repeat) {
      CUPEL_TRY(const std::vector<float> again, Logits(x_));
      for (std::size_t i = 0; i < first.size(); ++i)
        probe.random_difference =
            std::max(probe.random_difference, std::abs(double{again[i]} - first[i]) / largest);
    }
    if (probe.random_difference > 0) return {};  // then places cannot be told from chance
    std::vector<float> backwards;
    for (std::size_t row = n_; row-- > 0;) {
      const auto from = x_.begin() + static_cast<std::ptrdiff_t>(row * d_);
      backwards.insert(backwards.end(), from, from + static_cast<std::ptrdiff_t>(d_));
    }
    CUPEL_TRY(const std::vector<float> turned, Logits(backwards));
    for (std::size_t row = 0; row < n_; ++row) {
      for (std::size_t j = 0; j < c_; ++j)
        probe.position_difference =
            std::max(probe.position_difference,
                     std::abs(double{turned[(n_ - 1 - row) * c_ + j]} - first[row * c_ + j]) / largest);
    }
    return {};
  }

  executor::OutputGradient Climb(Loss loss) const {
    return [this, loss](const tensor::Tensor& output) {
      const std::vector<float> logits = tensor::ToFloats(output);
      std::vector<float> gradient(logits.size());
      for (std::size_t row = 0; row < n_; ++row)
        inspect::LossGradient(loss, RowOf(logits, row), labels_[row],
                              std::span(gradient).subspan(row * c_, c_));
      return tensor::FromFloats(gradient, {inspect::kTileRows, static_cast<std::int64_t>(c_)})
          .to(output.device());
    };
  }

  Status Gradients(GradientProbe& probe) {
    const std::vector<executor::OutputGradient> objectives = {Climb(Loss::kCrossEntropy),
                                                              Climb(Loss::kMargin)};
    CUPEL_TRY(const executor::Passes passes, target_.LogitsGradients(Tile(x_), objectives));
    const std::vector<float> loss = tensor::ToFloats(passes.input_gradients[0]);
    gradient_ = tensor::ToFloats(passes.input_gradients[1]);
    const auto largest = [&](const std::vector<float>& all, std::size_t row) {
      double most = 0;
      for (std::size_t i = 0; i < d_; ++i) most = std::max(most, std::abs(double{all[row * d_ + i]}));
      return most;
    };
    for (std::size_t row = 0; row < n_; ++row) {
      probe.samples.push_back(samples_[row]);
      probe.cross_entropy_norm.push_back(largest(loss, row));
      probe.margin_norm.push_back(largest(gradient_, row));
    }
    return {};
  }

  // Slopes along the same sign vectors, by the gradient and by differences.
  Status Compare(GradientProbe& probe) const {
    std::vector<double> product(n_), by_gradient(n_), by_difference(n_);
    for (int direction = 0; direction < options_.directions; ++direction) {
      std::vector<float> ahead = x_;
      std::vector<float> behind = x_;
      std::vector<double> slope(n_);
      for (std::size_t row = 0; row < n_; ++row) {
        ReproducibleStream stream(options_.seed, options_.stream + "/directions",
                                  static_cast<std::uint64_t>(samples_[row]),
                                  static_cast<std::uint32_t>(direction));
        for (std::size_t i = row * d_; i < (row + 1) * d_; ++i) {
          const double u = stream.Below(2) == 0 ? 1 : -1;
          ahead[i] = static_cast<float>(x_[i] + h_ * u);
          behind[i] = static_cast<float>(x_[i] - h_ * u);
          // What the rounded points are really apart is what the slope is taken over.
          slope[row] += gradient_[i] * (double{ahead[i]} - behind[i]);
        }
      }
      CUPEL_TRY(const std::vector<float> after, Logits(ahead));
      CUPEL_TRY(const std::vector<float> before, Logits(behind));
      const std::vector<double> high = Margins(after);
      const std::vector<double> low = Margins(before);
      for (std::size_t row = 0; row < n_; ++row) {
        const double difference = high[row] - low[row];
        product[row] += slope[row] * difference;
        by_gradient[row] += slope[row] * slope[row];
        by_difference[row] += difference * difference;
      }
    }
    for (std::size_t row = 0; row < n_; ++row)
      probe.cosine.push_back(product[row] / std::sqrt(by_gradient[row] * by_difference[row]));
    return {};
  }

  // One step of the whole budget from the sample itself.
  Status Step(GradientProbe& probe) const {
    std::vector<float> moved;
    for (std::size_t row = 0; row < n_; ++row) {
      inspect::ProjectedPoint point(options_.threat, features_.subspan(row * d_, d_));
      point.Step(std::span(gradient_).subspan(row * d_, d_), options_.threat.epsilon);
      moved.insert(moved.end(), point.x().begin(), point.x().end());
    }
    CUPEL_TRY(const std::vector<float> from, Logits({features_.begin(), features_.end()}));
    CUPEL_TRY(const std::vector<float> to, Logits(moved));
    const std::vector<double> before = Margins(from);
    const std::vector<double> after = Margins(to);
    for (std::size_t row = 0; row < n_; ++row)
      probe.gain.push_back((after[row] - before[row]) /
                           std::max(std::abs(before[row]), std::numeric_limits<double>::min()));
    return {};
  }

  const AttackTarget& target_;
  const ProbeOptions& options_;
  std::span<const std::int32_t> labels_;
  std::span<const std::int64_t> samples_;
  std::size_t n_;
  std::size_t d_;
  std::size_t c_;
  double h_;
  std::span<const float> features_;
  std::vector<float> x_;         // [n, d], inside the box by h
  std::vector<float> gradient_;  // of the margin, [tile rows, d]
};

}  // namespace

Result<GradientProbe> ProbeGradient(const inspect::AttackTarget& target, const ProbeOptions& options,
                                    std::span<const float> features, std::span<const std::int32_t> labels,
                                    std::span<const std::int64_t> samples) {
  CUPEL_CHECK(!labels.empty() && options.directions >= 2 && options.repeats >= 2);
  const std::size_t d = features.size() / labels.size();
  const auto rows = static_cast<std::size_t>(inspect::kTileRows);
  GradientProbe probe;
  for (std::size_t from = 0; from < labels.size(); from += rows) {
    const std::size_t n = std::min(rows, labels.size() - from);
    const Status done = [&]() -> Status {
      auto status = tensor::Translate([&]() -> Status {
        return TileProbe(target, options, features.subspan(from * d, n * d), labels.subspan(from, n),
                         samples.subspan(from, n))
            .Run(probe);
      });
      return status;
    }();
    CUPEL_TRY_STATUS(done);
  }
  return probe;
}

}  // namespace cupel::algorithm::masking
