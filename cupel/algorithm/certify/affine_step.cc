// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/affine_step.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/rounding.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::certify {
namespace {

std::size_t At(std::int64_t index) { return static_cast<std::size_t>(index); }

// constant[row] += forms . values. The error is covered by the step's `error`, which holds gamma |values|.
void AddDots(const LinearForms& forms, std::span<const double> values, std::span<double> constant) {
  for (std::int64_t row = 0; row < forms.rows; ++row) {
    const std::span<const double> a = forms.Row(row);
    double sum = 0;
    ForEachRun(forms.plane, forms.window, [&](std::int64_t value, std::int64_t place, std::int64_t width) {
      for (std::int64_t i = 0; i < width; ++i) sum += a[At(place + i)] * values[At(value + i)];
    });
    constant[At(row)] = Down(constant[At(row)] + sum);
  }
}

// [low, high] lies within [centre - radius, centre + radius].
void CentreAndRadius(const Box& box, std::vector<double>& centre, std::vector<double>& radius) {
  centre.resize(box.low.size());
  radius.resize(box.low.size());
  for (std::size_t i = 0; i < box.low.size(); ++i) {
    centre[i] = box.low[i] + (box.high[i] - box.low[i]) / 2;
    radius[i] = Up(std::max(box.high[i] - centre[i], centre[i] - box.low[i]));
  }
}

class AffineStep : public Step {
 public:
  explicit AffineStep(Affine affine) : affine_(std::move(affine)) {}

  std::unique_ptr<Relaxation> Relax(std::span<const Box* const> inputs, const Rounding& rounding, Box& output,
                                    std::vector<double>& error) const override {
    std::vector<double> centre;
    std::vector<double> radius;
    CentreAndRadius(*inputs[0], centre, radius);
    const std::size_t count = affine_.bias.size();
    std::vector<double> middle(count);
    std::vector<double> at_centre(count);
    std::vector<double> spread(count);
    affine_.map->Apply(centre, false, middle);
    for (double& value : centre) value = std::abs(value);
    affine_.map->Apply(centre, true, at_centre);
    affine_.map->Apply(radius, true, spread);
    // 4 gamma: the products above, |L| and L each a rounding off, the bias, and Backward's transposed sums.
    const double share = Gamma(affine_.roundings, kFloatUnit) * (1 + 0x1p-10) + 4 * rounding.gamma;
    const double least = static_cast<double>(affine_.roundings + 2) * kFloatTiny;
    for (std::size_t i = 0; i < count; ++i) {
      error[i] = share * (at_centre[i] + spread[i] + affine_.bias_magnitude[i]) + least;
      const double reach = Up(spread[i] + error[i]);
      output.low[i] = Down(middle[i] + affine_.bias[i] - reach);
      output.high[i] = Up(middle[i] + affine_.bias[i] + reach);
    }
    return std::make_unique<AffineRelaxation>(affine_);
  }

  bool IsAffine() const override { return true; }
  bool IsElementwise() const override { return affine_.map->IsElementwise(); }
  std::int64_t LongestSum() const override { return affine_.map->LongestSum() + 1; }

 private:
  class AffineRelaxation : public Relaxation {
   public:
    explicit AffineRelaxation(const Affine& affine) : affine_(affine) {}
    std::vector<LinearForms> Backward(const LinearForms& at_output,
                                      std::span<double> constant) const override {
      AddDots(at_output, affine_.bias, constant);
      std::vector<LinearForms> forms;
      forms.push_back(affine_.map->Transposed(at_output));
      return forms;
    }

   private:
    const Affine& affine_;
  };

  Affine affine_;
};

class SumStep : public Step {
 public:
  explicit SumStep(double sign) : sign_(sign) {}

  std::unique_ptr<Relaxation> Relax(std::span<const Box* const> inputs, const Rounding& rounding, Box& output,
                                    std::vector<double>& error) const override {
    const Box& a = *inputs[0];
    const Box& b = *inputs[1];
    for (std::size_t i = 0; i < output.low.size(); ++i) {
      error[i] = (kFloatUnit + rounding.gamma) * (a.Magnitude(i) + b.Magnitude(i)) + kFloatTiny;
      output.low[i] = Down(a.low[i] + (sign_ > 0 ? b.low[i] : -b.high[i]) - error[i]);
      output.high[i] = Up(a.high[i] + (sign_ > 0 ? b.high[i] : -b.low[i]) + error[i]);
    }
    return std::make_unique<SumRelaxation>(sign_);
  }

  bool IsAffine() const override { return true; }

 private:
  class SumRelaxation : public Relaxation {
   public:
    explicit SumRelaxation(double sign) : sign_(sign) {}
    std::vector<LinearForms> Backward(const LinearForms& at_output,
                                      std::span<double> /*constant*/) const override {
      LinearForms second = at_output;
      if (sign_ < 0) {
        for (double& value : second.values) value = -value;
      }
      return {at_output, std::move(second)};
    }

   private:
    double sign_;
  };

  double sign_;
};

class MoveStep : public Step {
 public:
  MoveStep(std::vector<Plane> planes, const Plane& output, std::vector<std::int64_t> source)
      : planes_(std::move(planes)), output_(output), source_(std::move(source)) {
    CUPEL_CHECK(At(output.Count()) == source_.size());
    std::int64_t begin = 0;
    for (const Plane& plane : planes_) {
      begin_.push_back(begin);
      begin += plane.Count();
    }
  }

  std::unique_ptr<Relaxation> Relax(std::span<const Box* const> inputs, const Rounding& /*rounding*/,
                                    Box& output, std::vector<double>& error) const override {
    for (std::size_t i = 0; i < source_.size(); ++i) {
      const std::size_t from = Owner(source_[i]);
      const std::size_t place = At(source_[i] - begin_[from]);
      output.low[i] = inputs[from]->low[place];
      output.high[i] = inputs[from]->high[place];
      error[i] = 0;
    }
    return std::make_unique<MoveRelaxation>(*this);
  }

  bool IsAffine() const override { return true; }
  bool IsElementwise() const override { return true; }

 private:
  class MoveRelaxation : public Relaxation {
   public:
    explicit MoveRelaxation(const MoveStep& step) : step_(step) {}
    std::vector<LinearForms> Backward(const LinearForms& at_output,
                                      std::span<double> /*constant*/) const override {
      return step_.Split(at_output.Widened(WholeOf(step_.output_)));
    }

   private:
    const MoveStep& step_;
  };

  std::size_t Owner(std::int64_t source) const {
    return At(std::upper_bound(begin_.begin(), begin_.end(), source) - begin_.begin()) - 1;
  }

  std::vector<LinearForms> Split(const LinearForms& whole) const {
    std::vector<LinearForms> forms;
    for (const Plane& plane : planes_) forms.emplace_back(whole.rows, plane, WholeOf(plane));
    for (std::size_t i = 0; i < source_.size(); ++i) {
      const std::size_t to = Owner(source_[i]);
      for (std::int64_t row = 0; row < whole.rows; ++row)
        forms[to].Row(row)[At(source_[i] - begin_[to])] = whole.Row(row)[i];
    }
    return forms;
  }

  std::vector<Plane> planes_;
  Plane output_;
  std::vector<std::int64_t> source_;
  std::vector<std::int64_t> begin_;  // Where each input starts in the row of all inputs.
};

class ReshapeStep : public Step {
 public:
  ReshapeStep(const Plane& input, const Plane& output) : input_(input), output_(output) {
    CUPEL_CHECK(input.Count() == output.Count());
  }

  std::unique_ptr<Relaxation> Relax(std::span<const Box* const> inputs, const Rounding& /*rounding*/,
                                    Box& output, std::vector<double>& error) const override {
    output = *inputs[0];
    std::fill(error.begin(), error.end(), 0.0);
    return std::make_unique<ReshapeRelaxation>(*this);
  }

  bool IsAffine() const override { return true; }
  bool IsElementwise() const override { return true; }

 private:
  class ReshapeRelaxation : public Relaxation {
   public:
    explicit ReshapeRelaxation(const ReshapeStep& step) : step_(step) {}
    std::vector<LinearForms> Backward(const LinearForms& at_output,
                                      std::span<double> /*constant*/) const override {
      LinearForms forms = at_output;
      if (!(step_.input_ == step_.output_)) {
        forms = at_output.Widened(WholeOf(step_.output_));
        forms.plane = step_.input_;
        forms.window = WholeOf(step_.input_);
      }
      std::vector<LinearForms> result;
      result.push_back(std::move(forms));
      return result;
    }

   private:
    const ReshapeStep& step_;
  };

  Plane input_;
  Plane output_;
};

}  // namespace

std::unique_ptr<Step> MakeAffineStep(Affine affine) {
  return std::make_unique<AffineStep>(std::move(affine));
}

std::unique_ptr<Step> MakeSumStep(double sign) { return std::make_unique<SumStep>(sign); }

std::unique_ptr<Step> MakeMoveStep(std::vector<Plane> inputs, const Plane& output,
                                   std::vector<std::int64_t> source) {
  return std::make_unique<MoveStep>(std::move(inputs), output, std::move(source));
}

std::unique_ptr<Step> MakeReshapeStep(const Plane& input, const Plane& output) {
  return std::make_unique<ReshapeStep>(input, output);
}

}  // namespace cupel::algorithm::certify
