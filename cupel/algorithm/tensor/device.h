// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where tensors live and work is done. Apart from tensor.h, so that what only passes a device on does not
/// compile libtorch's headers.

#include <string>
#include <string_view>

#include "cupel/base/error.h"

namespace c10 {
struct Device;
}

namespace cupel::algorithm::tensor {

struct Device {
  bool cuda = false;
  int index = 0;

  c10::Device torch() const;
  std::string Name() const { return cuda ? "cuda:" + std::to_string(index) : "cpu"; }
};

/// "cpu", "cuda", "cuda:1". Errors: kInvalidArgument for another text, kUnsupported when no such device is
/// usable here.
Result<Device> ParseDevice(std::string_view text);

}  // namespace cupel::algorithm::tensor
