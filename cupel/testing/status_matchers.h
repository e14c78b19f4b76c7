// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Matchers for Result and Status, for tests only.
///
///     EXPECT_THAT(status, IsOk());
///     EXPECT_THAT(ParseSize("12"), IsOkAndHolds(12));
///     EXPECT_THAT(ParseSize("x"), HasError(ErrorCode::kCorrupt));
///     EXPECT_THAT(ParseSize("x"), HasError(ErrorCode::kCorrupt, HasSubstr("digit")));

#include <gmock/gmock.h>

#include <ostream>

#include "cupel/base/error.h"

namespace tl {
template <typename T>
void PrintTo(const expected<T, cupel::Error>& result, std::ostream* os) {
  if (result) {
    *os << "ok";
  } else {
    *os << "error " << cupel::ErrorCodeName(result.error().code) << ": " << result.error().ToString();
  }
}
}  // namespace tl

namespace cupel::testing {

MATCHER(IsOk, "is ok") { return arg.has_value(); }

MATCHER_P(IsOkAndHolds, value, "is ok and holds the value") {
  return arg.has_value() && ::testing::ExplainMatchResult(value, *arg, result_listener);
}

MATCHER_P(HasError, code, std::string("fails with ") + std::string(ErrorCodeName(code))) {
  return !arg.has_value() && arg.error().code == code;
}

MATCHER_P2(HasError, code, text,
           std::string("fails with ") + std::string(ErrorCodeName(code)) + " and a text that matches") {
  return !arg.has_value() && arg.error().code == code &&
         ::testing::ExplainMatchResult(text, arg.error().ToString(), result_listener);
}

}  // namespace cupel::testing

/// Binds the value of a Result or fails the test.
#define CUPEL_ASSERT_OK(decl, ...)                             \
  auto CUPEL_CONCAT(cupel_ok_, __LINE__) = (__VA_ARGS__);      \
  ASSERT_TRUE(CUPEL_CONCAT(cupel_ok_, __LINE__).has_value())   \
      << CUPEL_CONCAT(cupel_ok_, __LINE__).error().ToString(); \
  decl = *std::move(CUPEL_CONCAT(cupel_ok_, __LINE__))
