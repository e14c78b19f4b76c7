// SPDX-License-Identifier: Apache-2.0
// Activations, sums, broadcast arithmetic, and scale and shift.
#include <algorithm>
#include <cmath>

#include "cupel/algorithm/compiled/builder.h"

namespace cupel::algorithm::compiled {
namespace {

using dnnl::algorithm;

/// With oneDNN's kernels, in the input's layout.
class EltwiseLayer : public Layer {
 public:
  EltwiseLayer(const Operation& operation, const Eltwise& eltwise)
      : operation_(operation), eltwise_(eltwise) {}

  void Forward(Builder& builder) override {
    source_ = builder.Value(operation_.inputs[0]);
    forward_ = EltwiseForward(source_.desc, eltwise_, builder.gradient());
    result_ = builder.program().New(source_.desc);
    builder.program().Call(dnnl::eltwise_forward(forward_), forward_.scratchpad_desc(),
                           {{DNNL_ARG_SRC, source_}, {DNNL_ARG_DST, result_}});
    builder.Define(operation_.output, result_);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const auto backward = EltwiseBackward(source_.desc, eltwise_, forward_);
    const Place to = builder.program().New(source_.desc);
    builder.program().Call(
        dnnl::eltwise_backward(backward), backward.scratchpad_desc(),
        {eltwise_.backward_by_result ? std::pair(DNNL_ARG_DST, result_) : std::pair(DNNL_ARG_SRC, source_),
         {DNNL_ARG_DIFF_DST, gradient},
         {DNNL_ARG_DIFF_SRC, to}});
    builder.Contribute(operation_.inputs[0], to);
  }

 private:
  const Operation& operation_;
  Eltwise eltwise_;
  dnnl::eltwise_forward::primitive_desc forward_;
  Place source_;
  Place result_;
};

Eltwise EltwiseOf(const Activation& activation) {
  switch (activation.function) {
    case Function::kRelu:
      if (activation.a >= 0)
        return {algorithm::eltwise_relu, algorithm::eltwise_relu_use_dst_for_bwd, true, activation.a, 0};
      return {algorithm::eltwise_relu, algorithm::eltwise_relu, false, activation.a, 0};
    case Function::kSigmoid:
      return {algorithm::eltwise_logistic, algorithm::eltwise_logistic_use_dst_for_bwd, true, 0, 0};
    case Function::kTanh:
      return {algorithm::eltwise_tanh, algorithm::eltwise_tanh_use_dst_for_bwd, true, 0, 0};
    case Function::kElu:
      return {algorithm::eltwise_elu, algorithm::eltwise_elu_use_dst_for_bwd, true, activation.a, 0};
    case Function::kGelu: return {algorithm::eltwise_gelu_erf, algorithm::eltwise_gelu_erf, false, 0, 0};
    case Function::kGeluTanh:
      return {algorithm::eltwise_gelu_tanh, algorithm::eltwise_gelu_tanh, false, 0, 0};
#if DNNL_VERSION_MAJOR >= 3
    case Function::kSoftplus:
      return {algorithm::eltwise_soft_relu, algorithm::eltwise_soft_relu, false, 1, 0};
#else
    case Function::kSoftplus:
      return {algorithm::eltwise_soft_relu, algorithm::eltwise_soft_relu, false, 0, 0};
#endif
    case Function::kExp: return {algorithm::eltwise_exp, algorithm::eltwise_exp_use_dst_for_bwd, true, 0, 0};
    default: return {algorithm::eltwise_abs, algorithm::eltwise_abs, false, 0, 0};
  }
}

/// The kinked functions whose ends oneDNN treats otherwise than libtorch: value and slope.
float KinkedValue(const Activation& f, float x) {
  switch (f.function) {
    case Function::kClip: return std::clamp(x, f.a, f.b);
    case Function::kHardSigmoid: return std::clamp(f.a * x + f.b, 0.0F, 1.0F);
    default: return x * std::clamp(x / 6 + 0.5F, 0.0F, 1.0F);
  }
}

float KinkedSlope(const Activation& f, float x) {
  switch (f.function) {
    case Function::kClip: return x >= f.a && x <= f.b ? 1.0F : 0.0F;
    case Function::kHardSigmoid: {
      const float inner = f.a * x + f.b;
      return inner >= 0 && inner <= 1 ? f.a : 0.0F;
    }
    default: return x < -3 ? 0.0F : x <= 3 ? x / 3 + 0.5F : 1.0F;
  }
}

/// Row-major float32, or where 0 stays 0 (and with it the padding of a layout) any layout of float32.
class KinkedLayer : public Layer {
 public:
  explicit KinkedLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const int input = operation_.inputs[0];
    const bool keeps =
        TypeOf(builder.Value(input).desc) == Type::f32 && KinkedValue(operation_.activation, 0) == 0;
    source_ = keeps ? builder.Value(input) : builder.AsPlainFloats(input);
    const Place result = builder.program().New(source_.desc);
    builder.program().Run(
        [f = operation_.activation, count = ElementsOf(source_.desc)](std::span<void* const> at) {
          const auto* const x = static_cast<const float*>(at[0]);
          auto* const y = static_cast<float*>(at[1]);
          for (std::size_t i = 0; i < count; ++i) y[i] = KinkedValue(f, x[i]);
        },
        {source_, result});
    builder.Define(operation_.output, result);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const Place to = builder.program().New(source_.desc);
    builder.program().Run(
        [f = operation_.activation, count = ElementsOf(source_.desc)](std::span<void* const> at) {
          const auto* const x = static_cast<const float*>(at[0]);
          const auto* const g = static_cast<const float*>(at[1]);
          auto* const dx = static_cast<float*>(at[2]);
          for (std::size_t i = 0; i < count; ++i) dx[i] = KinkedSlope(f, x[i]) * g[i];
        },
        {source_, gradient, to});
    builder.Contribute(operation_.inputs[0], to);
  }

 private:
  const Operation& operation_;
  Place source_;
};

class SumLayer : public Layer {
 public:
  explicit SumLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const Place a = builder.Value(operation_.inputs[0]);
    const Place b = builder.As(operation_.inputs[1], a.desc);
    const Place result = builder.program().New(a.desc);
    builder.program().Run(
        [element = ElementOf(a.desc), count = ElementsOf(a.desc), sign = operation_.sign,
         activation = operation_.activation](std::span<void* const> at) {
          Sum(element, at[0], at[1], sign, at[2], count);
          if (activation.function != Function::kNone) ReluInPlace(element, at[2], activation.a, count);
        },
        {a, b, result});
    builder.Define(operation_.output, result);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    builder.Contribute(operation_.inputs[0], gradient, false);
    if (operation_.sign == 1) return builder.Contribute(operation_.inputs[1], gradient, false);
    const Place negative = builder.program().New(gradient.desc);
    const std::size_t count = ElementsOf(gradient.desc);
    builder.program().Run(
        [element = ElementOf(gradient.desc), count](std::span<void* const> at) {
          const std::vector<float> minus(1, -1.0F);
          Affine(element, {1, 1, count, 1}, minus, {}, at[0], at[1]);
        },
        {gradient, negative});
    builder.Contribute(operation_.inputs[1], negative);
  }

 private:
  const Operation& operation_;
};

/// a (op) b where b has ones along some axes; row-major float32.
class BroadcastLayer : public Layer {
 public:
  explicit BroadcastLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    a_ = builder.AsPlainFloats(operation_.inputs[0]);
    b_ = builder.AsPlainFloats(operation_.inputs[1]);
    const Place result = builder.program().New(a_.desc);
    const Sizes sizes = SizesIn(builder);
    builder.program().Run(
        [sizes, map = operation_.map, arithmetic = operation_.arithmetic](std::span<void* const> at) {
          for (std::size_t i = 0; i < sizes.n * sizes.a; ++i) {
            const float a = static_cast<const float*>(at[0])[i];
            const float b = static_cast<const float*>(at[1])[sizes.Other(map, i)];
            static_cast<float*>(at[2])[i] = arithmetic == '+'   ? a + b
                                            : arithmetic == '-' ? a - b
                                            : arithmetic == '*' ? a * b
                                                                : a / b;
          }
        },
        {a_, b_, result});
    builder.Define(operation_.output, result);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const Place to_a = builder.program().New(a_.desc), to_b = builder.program().New(b_.desc);
    const Sizes sizes = SizesIn(builder);
    builder.program().Run(
        [sizes, map = operation_.map, arithmetic = operation_.arithmetic](std::span<void* const> at) {
          auto* const to_b_values = static_cast<float*>(at[4]);
          std::fill_n(to_b_values, sizes.n * sizes.b, 0.0F);
          for (std::size_t i = 0; i < sizes.n * sizes.a; ++i) {
            const std::size_t j = sizes.Other(map, i);
            const float a = static_cast<const float*>(at[0])[i], b = static_cast<const float*>(at[1])[j];
            const float g = static_cast<const float*>(at[2])[i];
            const bool scales = arithmetic == '*';
            static_cast<float*>(at[3])[i] = scales ? g * b : arithmetic == '/' ? g / b : g;
            to_b_values[j] += scales              ? g * a
                              : arithmetic == '/' ? -g * a / (b * b)
                              : arithmetic == '-' ? -g
                                                  : g;
          }
        },
        {a_, b_, gradient, to_a, to_b});
    builder.Contribute(operation_.inputs[0], to_a);
    builder.Contribute(operation_.inputs[1], to_b);
  }

 private:
  struct Sizes {
    std::size_t n = 0, a = 0, b = 0;  ///< Rows, and elements of a row.
    std::size_t Other(const std::vector<std::int32_t>& map, std::size_t i) const {
      return i / a * b + static_cast<std::size_t>(map[i % a]);
    }
  };
  Sizes SizesIn(const Builder& builder) const {
    const auto n = static_cast<std::size_t>(builder.DimsOf(operation_.output)[0]);
    return {n, ElementsOf(a_.desc) / n, ElementsOf(b_.desc) / n};
  }

  const Operation& operation_;
  Place a_;
  Place b_;
};

class AffineLayer : public Layer {
 public:
  explicit AffineLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const Dims dims = builder.DimsOf(operation_.inputs[0]);
    const Place own = builder.Value(operation_.inputs[0]);
    source_ = own;
    std::size_t count = operation_.weights.size();
    if (operation_.per_channel && IsBlocked16(own.desc, dims)) {
      const auto blocks = static_cast<std::size_t>((dims[1] + 15) / 16);
      layout_ = {static_cast<std::size_t>(dims[0]), blocks, 0, 16};
      count = blocks * 16;
    } else {
      source_ = own.desc == Plain(dims, TypeOf(own.desc)) ? own : builder.AsPlainFloats(operation_.inputs[0]);
      layout_ = {static_cast<std::size_t>(dims[0]), operation_.per_channel ? count : 1, 0,
                 operation_.per_channel ? 1 : count};
    }
    layout_.inner = ElementsOf(source_.desc) / (layout_.n * layout_.blocks * layout_.lanes);
    // Channels that fill up a block are 0 and stay 0.
    scale_ = operation_.weights;
    scale_.resize(count, 0.0F);
    std::vector<float> shift = operation_.bias;
    shift.resize(count, 0.0F);
    const Place result = builder.program().New(source_.desc);
    builder.program().Run(
        [element = ElementOf(source_.desc), total = ElementsOf(source_.desc), layout = layout_,
         scale = scale_, shift = std::move(shift),
         activation = operation_.activation](std::span<void* const> at) {
          Affine(element, layout, scale, shift, at[0], at[1]);
          if (activation.function != Function::kNone) ReluInPlace(element, at[1], activation.a, total);
        },
        {source_, result});
    builder.Define(operation_.output, result);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const Place to = builder.program().New(source_.desc);
    builder.program().Run(
        [element = ElementOf(source_.desc), layout = layout_, scale = scale_](std::span<void* const> at) {
          Affine(element, layout, scale, {}, at[0], at[1]);
        },
        {gradient, to});
    builder.Contribute(operation_.inputs[0], to);
  }

 private:
  static bool IsBlocked16(const Desc& desc, const Dims& dims) {
    return dims.size() >= 3 && dims.size() <= 5 && desc == Blocked16(dims, TypeOf(desc));
  }

  const Operation& operation_;
  AffineLayout layout_;
  std::vector<float> scale_;
  Place source_;
};

bool IsKinked(Function function) {
  return function == Function::kClip || function == Function::kHardSigmoid ||
         function == Function::kHardSwish;
}

}  // namespace

std::unique_ptr<Layer> MakeElementwiseLayer(const Operation& operation) {
  if (operation.kind == Kind::kSum) return std::make_unique<SumLayer>(operation);
  if (operation.kind == Kind::kBroadcast) return std::make_unique<BroadcastLayer>(operation);
  if (operation.kind == Kind::kAffine) return std::make_unique<AffineLayer>(operation);
  if (IsKinked(operation.activation.function)) return std::make_unique<KinkedLayer>(operation);
  return std::make_unique<EltwiseLayer>(operation, EltwiseOf(operation.activation));
}

}  // namespace cupel::algorithm::compiled
