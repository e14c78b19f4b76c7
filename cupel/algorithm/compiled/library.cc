// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/library.h"

#include <cstring>
#include <string_view>

#if DNNL_CPU_RUNTIME == DNNL_RUNTIME_OMP
// Of GCC's OpenMP, which Debian's oneDNN is built with; its header comes with -fopenmp only.
extern "C" {
void omp_set_num_threads(int threads);
int omp_get_max_threads(void);
}
#endif

namespace cupel::algorithm::compiled {
namespace {

using dnnl::primitive_attr;
using dnnl::prop_kind;
using Tag = dnnl::memory::format_tag;

prop_kind Forward(bool training) {
  return training ? prop_kind::forward_training : prop_kind::forward_inference;
}

primitive_attr Attributes(const Epilogue& epilogue = {}) {
  primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops steps;
  if (epilogue.residual != nullptr) steps.append_binary(dnnl::algorithm::binary_add, *epilogue.residual);
  if (epilogue.activation.function == Function::kRelu) {
#if DNNL_VERSION_MAJOR >= 3
    steps.append_eltwise(dnnl::algorithm::eltwise_relu, epilogue.activation.a, 0);
#else
    steps.append_eltwise(1, dnnl::algorithm::eltwise_relu, epilogue.activation.a, 0);
#endif
  }
  attributes.set_post_ops(steps);
  return attributes;
}

/// oneDNN counts the gaps: 0 is a dense kernel.
Dims Gaps(const Window& window) {
  Dims gaps = window.dilations;
  for (auto& gap : gaps) --gap;
  return gaps;
}

}  // namespace

OneThread::OneThread() : before_(0) {
#if DNNL_CPU_RUNTIME == DNNL_RUNTIME_OMP
  before_ = omp_get_max_threads();
  if (before_ != 1) omp_set_num_threads(1);
#endif
}

OneThread::~OneThread() {
#if DNNL_CPU_RUNTIME == DNNL_RUNTIME_OMP
  if (before_ != 1) omp_set_num_threads(before_);
#endif
}

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

Desc Plain(const Dims& dims, Type type) {
  constexpr Tag kTags[] = {Tag::a, Tag::ab, Tag::abc, Tag::abcd, Tag::abcde, Tag::abcdef};
  return {dims, type, kTags[dims.size() - 1]};
}

Desc AnyLayout(const Dims& dims, Type type) { return {dims, type, Tag::any}; }

Desc Blocked16(const Dims& dims, Type type) {
  constexpr Tag kTags[] = {Tag::nCw16c, Tag::nChw16c, Tag::nCdhw16c};
  return {dims, type, kTags[dims.size() - 3]};
}

#if DNNL_VERSION_MAJOR >= 3
Dims DimsOf(const Desc& desc) { return desc.get_dims(); }
Type TypeOf(const Desc& desc) { return desc.get_data_type(); }
#else
Dims DimsOf(const Desc& desc) { return desc.dims(); }
Type TypeOf(const Desc& desc) { return desc.data_type(); }
#endif

bool IsReference(const dnnl::primitive_desc_base& descriptor) {
  return std::string_view(descriptor.impl_info_str()).starts_with("ref");
}

dnnl::convolution_forward::primitive_desc ConvolutionForward(const LinearDescs& descs, const Window& window,
                                                             bool training, const Epilogue& epilogue) {
  constexpr auto kDirect = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(),      Forward(training), kDirect,         descs.source,
          descs.weights, descs.bias,        descs.result,    window.strides,
          Gaps(window),  window.pads_begin, window.pads_end, Attributes(epilogue)};
#else
  const dnnl::convolution_forward::desc operation(Forward(training), kDirect, descs.source, descs.weights,
                                                  descs.bias, descs.result, window.strides, Gaps(window),
                                                  window.pads_begin, window.pads_end);
  return {operation, Attributes(epilogue), Engine()};
#endif
}

dnnl::convolution_backward_data::primitive_desc ConvolutionBackward(
    const LinearDescs& descs, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward) {
  constexpr auto kDirect = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(),     kDirect,           descs.source,    descs.weights, descs.result, window.strides,
          Gaps(window), window.pads_begin, window.pads_end, forward,       Attributes()};
#else
  const dnnl::convolution_backward_data::desc operation(kDirect, descs.source, descs.weights, descs.result,
                                                        window.strides, Gaps(window), window.pads_begin,
                                                        window.pads_end);
  return {operation, Attributes(), Engine(), forward};
#endif
}

dnnl::inner_product_forward::primitive_desc ProductForward(const LinearDescs& descs, bool training,
                                                           const Epilogue& epilogue) {
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(),   Forward(training), descs.source,        descs.weights,
          descs.bias, descs.result,      Attributes(epilogue)};
#else
  const dnnl::inner_product_forward::desc operation(Forward(training), descs.source, descs.weights,
                                                    descs.bias, descs.result);
  return {operation, Attributes(epilogue), Engine()};
#endif
}

dnnl::inner_product_backward_data::primitive_desc ProductBackward(
    const LinearDescs& descs, const dnnl::inner_product_forward::primitive_desc& forward) {
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(), descs.source, descs.weights, descs.result, forward, Attributes()};
#else
  const dnnl::inner_product_backward_data::desc operation(descs.source, descs.weights, descs.result);
  return {operation, Attributes(), Engine(), forward};
#endif
}

dnnl::pooling_forward::primitive_desc PoolingForward(const Desc& source, const Desc& result,
                                                     const Pooling& pooling, bool training) {
  const Window& window = pooling.window;
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(),      Forward(training), pooling.algorithm, source,          result,      window.strides,
          window.kernel, Gaps(window),      window.pads_begin, window.pads_end, Attributes()};
#else
  const dnnl::pooling_forward::desc operation(Forward(training), pooling.algorithm, source, result,
                                              window.strides, window.kernel, window.pads_begin,
                                              window.pads_end);
  return {operation, Attributes(), Engine()};
#endif
}

dnnl::pooling_backward::primitive_desc PoolingBackward(const Desc& source, const Desc& result,
                                                       const Pooling& pooling,
                                                       const dnnl::pooling_forward::primitive_desc& forward) {
  const Window& window = pooling.window;
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(),     pooling.algorithm, source,          result,  window.strides, window.kernel,
          Gaps(window), window.pads_begin, window.pads_end, forward, Attributes()};
#else
  const dnnl::pooling_backward::desc operation(pooling.algorithm, source, result, window.strides,
                                               window.kernel, window.pads_begin, window.pads_end);
  return {operation, Attributes(), Engine(), forward};
#endif
}

dnnl::eltwise_forward::primitive_desc EltwiseForward(const Desc& data, const Eltwise& eltwise,
                                                     bool training) {
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(), Forward(training), eltwise.forward, data, data, eltwise.a, eltwise.b, Attributes()};
#else
  const dnnl::eltwise_forward::desc operation(Forward(training), eltwise.forward, data, eltwise.a, eltwise.b);
  return {operation, Attributes(), Engine()};
#endif
}

dnnl::eltwise_backward::primitive_desc EltwiseBackward(const Desc& data, const Eltwise& eltwise,
                                                       const dnnl::eltwise_forward::primitive_desc& forward) {
#if DNNL_VERSION_MAJOR >= 3
  return {Engine(), eltwise.backward, data, data, data, eltwise.a, eltwise.b, forward, Attributes()};
#else
  const dnnl::eltwise_backward::desc operation(eltwise.backward, data, data, eltwise.a, eltwise.b);
  return {operation, Attributes(), Engine(), forward};
#endif
}

dnnl::reorder::primitive_desc Reorder(const Desc& from, const Desc& to) {
  return {Engine(), from, Engine(), to, Attributes()};
}

}  // namespace cupel::algorithm::compiled
