// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/builder.h"

namespace cupel::algorithm::compiled {
namespace {

/// Of equal maxima the first one counts, as in libtorch.
class PoolingLayer : public Layer {
 public:
  explicit PoolingLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const int input = operation_.inputs[0];
    const Type type = builder.type();
    Desc source = builder.Value(input).desc;
    if (TypeOf(source) != type) source = Plain(builder.DimsOf(input), type);
    const Desc result = AnyLayout(builder.DimsOf(operation_.output), type);
    forward_ = PoolingForward(source, result, Algorithm(), builder.gradient());
    result_ = builder.program().New(forward_.dst_desc());
    std::vector<std::pair<int, Place>> arguments = {{DNNL_ARG_SRC, builder.As(input, source)},
                                                    {DNNL_ARG_DST, result_}};
    if (forward_.workspace_desc().get_size() > 0) {
      workspace_ = builder.program().New(forward_.workspace_desc());
      arguments.emplace_back(DNNL_ARG_WORKSPACE, workspace_);
    }
    source_ = source;
    builder.program().Call(dnnl::pooling_forward(forward_), forward_.scratchpad_desc(), std::move(arguments));
    if (operation_.activation.function != Function::kNone) {
      builder.program().Run([element = ElementOf(result_.desc), count = ElementsOf(result_.desc),
                             slope = operation_.activation.a](
                                std::span<void* const> at) { ReluInPlace(element, at[0], slope, count); },
                            {result_});
    }
    builder.Define(operation_.output, result_);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const auto backward = PoolingBackward(source_, result_.desc, Algorithm(), forward_);
    const Place to = builder.program().New(backward.diff_src_desc());
    std::vector<std::pair<int, Place>> arguments = {{DNNL_ARG_DIFF_DST, gradient}, {DNNL_ARG_DIFF_SRC, to}};
    if (workspace_.buffer >= 0) arguments.emplace_back(DNNL_ARG_WORKSPACE, workspace_);
    builder.program().Call(dnnl::pooling_backward(backward), backward.scratchpad_desc(),
                           std::move(arguments));
    builder.Contribute(operation_.inputs[0], to);
  }

 private:
  Pooling Algorithm() const {
    const bool average = operation_.kind == Kind::kAveragePool;
    return {!average                ? dnnl::algorithm::pooling_max
            : operation_.count_pads ? dnnl::algorithm::pooling_avg_include_padding
                                    : dnnl::algorithm::pooling_avg_exclude_padding,
            operation_.window};
  }

  const Operation& operation_;
  dnnl::pooling_forward::primitive_desc forward_;
  Desc source_;
  Place result_;
  Place workspace_;
};

}  // namespace

std::unique_ptr<Layer> MakePoolingLayer(const Operation& operation) {
  return std::make_unique<PoolingLayer>(operation);
}

}  // namespace cupel::algorithm::compiled
