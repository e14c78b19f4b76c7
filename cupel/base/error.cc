// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/error.h"

#include <cstdio>
#include <cstdlib>

namespace cupel {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid-argument";
    case ErrorCode::kNotFound: return "not-found";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kResourceLimit: return "resource-limit";
    case ErrorCode::kPermission: return "permission";
    case ErrorCode::kVerificationFailed: return "verification-failed";
    case ErrorCode::kInterrupted: return "interrupted";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

std::string Error::ToString() const {
  std::string text = place.empty() ? message : place + ": " + message;
  if (!remedy.empty()) text += "; " + remedy;
  return text;
}

tl::unexpected<Error> Fail(ErrorCode code, std::string message, std::string place, std::string remedy) {
  return tl::make_unexpected(Error{code, std::move(message), std::move(place), std::move(remedy)});
}

tl::unexpected<Error> FailAt(std::string_view place, Error error) {
  error.place = error.place.empty() ? std::string(place) : std::string(place) + ": " + error.place;
  return tl::make_unexpected(std::move(error));
}

namespace internal {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "cupel: internal error: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace internal
}  // namespace cupel
