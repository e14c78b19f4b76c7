// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A scheme with its parameters, as people write and publish it: `f_score@average=macro@beta=2`.
///
/// Grammar: id { "@" name "=" value }. A list's elements are separated by "+". Numbers, "true" and "false"
/// are read by the parameter's type. A result is published under its full name, in which every parameter
/// stands, because the bare id does not say which number it is.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::scheme {

struct Call {
  const Scheme* scheme = nullptr;
  check::Parameters parameters;

  /// "f_score@average=macro@beta=2@...": all parameters, in the order of the specification.
  std::string FullName() const;
};

/// Errors: kInvalidArgument for an unknown scheme or parameter (the nearest is named), a value of another
/// type or out of range, a parameter given twice.
Result<Call> ParseCall(std::string_view text, std::span<const Scheme* const> known);

/// Several, separated by commas. Errors: as ParseCall, and for an empty list.
Result<std::vector<Call>> ParseCalls(std::string_view text, std::span<const Scheme* const> known);

}  // namespace cupel::algorithm::scheme
