// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tensor/tensor.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <charconv>

namespace cupel::algorithm::tensor {

c10::Device Device::torch() const {
  return cuda ? at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index)) : at::Device(at::kCPU);
}

Result<Device> ParseDevice(std::string_view text) {
  if (text == "cpu") return Device{};
  if (!text.starts_with("cuda")) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("device must be cpu, cuda or cuda:N, got \"{}\"", text));
  }
  Device device{.cuda = true, .index = 0};
  if (text.size() > 4) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + 5, end, device.index);
    if (text[4] != ':' || parsed.ec != std::errc{} || parsed.ptr != end || device.index < 0) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("device must be cpu, cuda or cuda:N, got \"{}\"", text));
    }
  }
  if (!at::globalContext().hasCUDA() ||
      device.index >= static_cast<int>(at::detail::getCUDAHooks().getNumGPUs())) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("device {} is not usable with this build of libtorch", text), "",
                "use --device cpu, or install a libtorch with CUDA");
  }
  return device;
}

Tensor FromFloats(std::span<const float> values, const std::vector<std::int64_t>& shape) {
  Tensor tensor =
      at::from_blob(const_cast<float*>(values.data()), shape, at::TensorOptions().dtype(at::kFloat)).clone();
  CUPEL_CHECK(tensor.numel() == static_cast<std::int64_t>(values.size()));
  return tensor;
}

std::vector<float> ToFloats(const Tensor& tensor) {
  const Tensor flat = tensor.detach().to(at::kCPU).to(at::kFloat).contiguous();
  const float* data = flat.data_ptr<float>();
  return {data, data + flat.numel()};
}

void UseOneThreadPerOperator() {
  at::set_num_threads(1);
  // Activations are freed and asked for again at every layer. Left alone, glibc gives large blocks back to
  // the kernel each time; the page faults of taking them anew were a third of a query attack's CPU time.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

namespace internal {

Error TranslateException(const std::exception& cause) {
  std::string text = cause.what();
  if (const auto* torch_error = dynamic_cast<const c10::Error*>(&cause))
    text = torch_error->what_without_backtrace();
  text = text.substr(0, text.find('\n'));
  const bool memory = text.find("alloc") != std::string::npos && text.find("memory") != std::string::npos;
  return {memory ? ErrorCode::kResourceLimit : ErrorCode::kInternal, text, "",
          memory ? "use a smaller tile or fewer workers" : ""};
}

}  // namespace internal
}  // namespace cupel::algorithm::tensor
