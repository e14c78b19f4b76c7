// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The inside of the wall: runs a piece of code that calls OpenCV and turns what it throws into an error.
/// Private to this module. OpenCV runs on the calling thread only, so results do not depend on the machine's
/// threads.

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "cupel/base/error.h"

namespace cupel::data::image {

/// Once per process: no threads, no messages on stderr.
void PrepareOpenCv();

/// body: returns Result<T>.
template <typename Body>
auto CallOpenCv(std::string_view action, ErrorCode code, Body body) -> decltype(body()) {
  PrepareOpenCv();
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceLimit, "out of memory", std::string(action));
  } catch (const std::exception& thrown) {
    return Fail(code, thrown.what(), std::string(action));
  }
}

}  // namespace cupel::data::image
