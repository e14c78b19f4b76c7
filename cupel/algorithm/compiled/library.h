// SPDX-License-Identifier: Apache-2.0
#pragma once

/// oneDNN behind one door: everything that differs between its versions 2 and 3, and its threads. Private to
/// the module.
///
/// oneDNN throws dnnl::error; CompiledGraph catches it at the module's border.

#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

#include "cupel/algorithm/compiled/network.h"

namespace cupel::algorithm::compiled {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;
using Type = dnnl::memory::data_type;

/// While it lives, oneDNN makes and runs primitives with one thread on the calling thread. OpenMP's number of
/// threads belongs to the calling thread; it is put back at the end.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

const dnnl::engine& Engine();

/// Row-major, whatever the rank (1 to 6).
Desc Plain(const Dims& dims, Type type);
/// Any layout: a primitive chooses.
Desc AnyLayout(const Dims& dims, Type type);
/// [n, c, ...] as [n, c / 16, ..., 16]; rank 3 to 5.
Desc Blocked16(const Dims& dims, Type type);
Dims DimsOf(const Desc& desc);
Type TypeOf(const Desc& desc);

/// What happens to a primitive's result before it is stored: + residual, then the activation.
struct Epilogue {
  const Desc* residual = nullptr;
  Activation activation;
};

/// The kernel is oneDNN's plain reference loop, a hundred times slower than the rest.
bool IsReference(const dnnl::primitive_desc_base& descriptor);

struct LinearDescs {
  Desc source, weights, bias, result;  ///< bias: zero dimensions when there is none.
};

dnnl::convolution_forward::primitive_desc ConvolutionForward(const LinearDescs& descs, const Window& window,
                                                             bool training, const Epilogue& epilogue);
dnnl::convolution_backward_data::primitive_desc ConvolutionBackward(
    const LinearDescs& descs, const Window& window, const dnnl::convolution_forward::primitive_desc& forward);

dnnl::inner_product_forward::primitive_desc ProductForward(const LinearDescs& descs, bool training,
                                                           const Epilogue& epilogue);
dnnl::inner_product_backward_data::primitive_desc ProductBackward(
    const LinearDescs& descs, const dnnl::inner_product_forward::primitive_desc& forward);

struct Pooling {
  dnnl::algorithm algorithm;
  Window window;
};
dnnl::pooling_forward::primitive_desc PoolingForward(const Desc& source, const Desc& result,
                                                     const Pooling& pooling, bool training);
dnnl::pooling_backward::primitive_desc PoolingBackward(const Desc& source, const Desc& result,
                                                       const Pooling& pooling,
                                                       const dnnl::pooling_forward::primitive_desc& forward);

/// The activation as oneDNN names it, and whether its derivative is computed from the result.
struct Eltwise {
  dnnl::algorithm forward;
  dnnl::algorithm backward;
  bool backward_by_result = false;
  float a = 0;
  float b = 0;
};
dnnl::eltwise_forward::primitive_desc EltwiseForward(const Desc& data, const Eltwise& eltwise, bool training);
dnnl::eltwise_backward::primitive_desc EltwiseBackward(const Desc& data, const Eltwise& eltwise,
                                                       const dnnl::eltwise_forward::primitive_desc& forward);

dnnl::reorder::primitive_desc Reorder(const Desc& from, const Desc& to);

}  // namespace cupel::algorithm::compiled
