// SPDX-License-Identifier: Apache-2.0
// Convolutions and products with constant weights, the sum and the ReLU behind them in the same call.
#include <optional>

#include "cupel/algorithm/compiled/builder.h"

namespace cupel::algorithm::compiled {
namespace {

/// Up to so many input channels the kernel of our own computes the input gradient.
constexpr std::int64_t kSmallChannels = 4;

class LinearLayer : public Layer {
 public:
  explicit LinearLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const Type type = builder.type();
    LinearDescs wanted{AnyLayout(builder.DimsOf(operation_.inputs[0]), type), AnyLayout(WeightDims(), type),
                       Desc(),
                       AnyLayout(builder.DimsOf(operation_.output), builder.ResultType(operation_.output))};
    const Dims bias_dims = {operation_.weight_shape[0]};
    if (!operation_.bias.empty()) wanted.bias = Plain(bias_dims, Type::f32);
    forward_ = Describe(builder, wanted, {nullptr, operation_.activation});
    std::optional<Place> residual;
    bool fused = true;
    if (operation_.residual >= 0) {
      wanted.result = forward_.result;
      residual = builder.As(operation_.residual, wanted.result);
      const Primitive with_sum = Describe(builder, wanted, {&wanted.result, operation_.activation});
      fused = !with_sum.reference || forward_.reference;
      forward_ = fused ? with_sum : Describe(builder, wanted, {});
    }
    std::vector<std::pair<int, Place>> arguments = {
        {DNNL_ARG_SRC, builder.As(operation_.inputs[0], forward_.source)},
        {DNNL_ARG_WEIGHTS, builder.program().Constant(operation_.weights, WeightDims(), forward_.weights)},
        {DNNL_ARG_DST, builder.program().New(forward_.result)}};
    const Place result = arguments.back().second;
    if (!operation_.bias.empty())
      arguments.emplace_back(DNNL_ARG_BIAS,
                             builder.program().Constant(operation_.bias, bias_dims, wanted.bias));
    if (residual && fused)
      arguments.emplace_back(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, *residual);
    builder.program().Call(forward_.primitive, forward_.scratchpad, std::move(arguments));
    if (residual && !fused) AddAfterwards(builder, result, *residual);
    builder.Define(operation_.output, result);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    if (operation_.residual >= 0) builder.Contribute(operation_.residual, gradient, false);
    if (UsesSmallKernel(builder)) return SmallBackward(builder, gradient);
    const Type type = builder.type();
    const Dims input = builder.DimsOf(operation_.inputs[0]), output = builder.DimsOf(operation_.output);
    Primitive backward =
        DescribeBackward({Retyped(forward_.source, input, type), AnyLayout(WeightDims(), type), Desc(),
                          Retyped(forward_.result, output, type)});
    if (backward.reference)
      backward = DescribeBackward(
          {AnyLayout(input, type), AnyLayout(WeightDims(), type), Desc(), AnyLayout(output, type)});
    const Place to = builder.program().New(backward.source);
    builder.program().Call(
        backward.primitive, backward.scratchpad,
        {{DNNL_ARG_DIFF_DST, builder.Convert(gradient, backward.result)},
         {DNNL_ARG_WEIGHTS, builder.program().Constant(operation_.weights, WeightDims(), backward.weights)},
         {DNNL_ARG_DIFF_SRC, to}});
    builder.Contribute(operation_.inputs[0], to);
  }

 private:
  /// A primitive and the layouts it wants.
  struct Primitive {
    dnnl::primitive primitive;
    Desc source, weights, result, scratchpad;
    bool reference = false;
  };

  bool IsConvolution() const { return operation_.kind == Kind::kConvolution; }

  /// [m, c, k...], or [groups, m / groups, c / groups, k...].
  Dims WeightDims() const {
    Dims dims(operation_.weight_shape.begin(), operation_.weight_shape.end());
    if (operation_.groups > 1) {
      dims[0] /= operation_.groups;
      dims.insert(dims.begin(), operation_.groups);
    }
    return dims;
  }

  /// The layout of `desc` where it has this type, any layout otherwise.
  static Desc Retyped(const Desc& desc, const Dims& dims, Type type) {
    return TypeOf(desc) == type ? desc : AnyLayout(dims, type);
  }

  template <typename Descriptor>
  static Primitive Forwarded(const Descriptor& descriptor, dnnl::primitive primitive) {
    return {std::move(primitive),  descriptor.src_desc(),        descriptor.weights_desc(),
            descriptor.dst_desc(), descriptor.scratchpad_desc(), IsReference(descriptor)};
  }

  template <typename Descriptor>
  static Primitive Backwarded(const Descriptor& descriptor, dnnl::primitive primitive) {
    return {std::move(primitive),       descriptor.diff_src_desc(),   descriptor.weights_desc(),
            descriptor.diff_dst_desc(), descriptor.scratchpad_desc(), IsReference(descriptor)};
  }

  Primitive Describe(Builder& builder, const LinearDescs& descs, const Epilogue& epilogue) {
    if (IsConvolution()) {
      convolution_ = ConvolutionForward(descs, operation_.window, builder.gradient(), epilogue);
      return Forwarded(convolution_, dnnl::convolution_forward(convolution_));
    }
    product_ = ProductForward(descs, builder.gradient(), epilogue);
    return Forwarded(product_, dnnl::inner_product_forward(product_));
  }

  Primitive DescribeBackward(const LinearDescs& descs) {
    if (IsConvolution()) {
      const auto descriptor = ConvolutionBackward(descs, operation_.window, convolution_);
      return Backwarded(descriptor, dnnl::convolution_backward_data(descriptor));
    }
    const auto descriptor = ProductBackward(descs, product_);
    return Backwarded(descriptor, dnnl::inner_product_backward_data(descriptor));
  }

  void AddAfterwards(Builder& builder, const Place& result, const Place& residual) {
    builder.program().Run(
        [element = ElementOf(result.desc), count = ElementsOf(result.desc),
         activation = operation_.activation](std::span<void* const> at) {
          Sum(element, at[0], at[1], 1, at[0], count);
          if (activation.function != Function::kNone) ReluInPlace(element, at[0], activation.a, count);
        },
        {result, residual});
  }

  bool UsesSmallKernel(const Builder& builder) const {
    const Window& window = operation_.window;
    return IsConvolution() && operation_.groups == 1 && window.kernel.size() == 2 &&
           builder.DimsOf(operation_.inputs[0])[1] <= kSmallChannels && window.dilations[0] == 1 &&
           window.dilations[1] == 1;
  }

  void SmallBackward(Builder& builder, const Place& gradient) {
    const Dims input = builder.DimsOf(operation_.inputs[0]), output = builder.DimsOf(operation_.output);
    const Window& window = operation_.window;
    const Type type = TypeOf(gradient.desc);
    SmallChannelShape shape{.n = input[0], .channels = input[1], .blocks = (output[1] + 15) / 16};
    shape.in_h = input[2], shape.in_w = input[3], shape.out_h = output[2], shape.out_w = output[3];
    shape.kernel_h = window.kernel[0], shape.kernel_w = window.kernel[1];
    shape.stride_h = window.strides[0], shape.stride_w = window.strides[1];
    shape.pad_h = window.pads_begin[0], shape.pad_w = window.pads_begin[1];
    const std::int64_t pixels = output[2] * output[3];
    const Desc channels_last(output, type, dnnl::memory::format_tag::nhwc);
    const bool lies_last = output[1] % 16 == 0 && gradient.desc == channels_last;
    shape.sample_stride = shape.blocks * pixels * 16;
    shape.block_stride = lies_last ? 16 : pixels * 16;
    shape.pixel_stride = lies_last ? output[1] : 16;
    const Place from = lies_last ? gradient : builder.Convert(gradient, Blocked16(output, type));
    const Place to = builder.program().New(Plain(input, Type::f32));
    builder.program().Run(
        [element = ElementOf(from.desc), shape,
         weights = SmallChannelWeights(operation_.weights, output[1], input[1], shape.kernel_h,
                                       shape.kernel_w)](std::span<void* const> at) {
          SmallChannelBackward(element, shape, at[0], weights.data(), static_cast<float*>(at[1]));
        },
        {from, to});
    builder.Contribute(operation_.inputs[0], to);
  }

  const Operation& operation_;
  dnnl::convolution_forward::primitive_desc convolution_;
  dnnl::inner_product_forward::primitive_desc product_;
  Primitive forward_;
};

}  // namespace

std::unique_ptr<Layer> MakeLinearLayer(const Operation& operation) {
  return std::make_unique<LinearLayer>(operation);
}

}  // namespace cupel::algorithm::compiled
