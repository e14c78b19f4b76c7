// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a hallmarked model may be used, and where it is about to be used.
///
///     { "host": ["gate-7", "gate-8"], "purpose": ["access-control"], "guard": ["enforce", "fail-closed"] }
///
/// Four kinds: host, purpose, region, guard. A kind that is absent allows anything; one that is there allows
/// exactly the values listed, so it also refuses a use that states no value. Promises: values are short
/// tokens
/// (`IsToken`), never free text, because conditions are signed and stay for ever; one form for one meaning
/// (values are sorted, none twice). Does not promise: that a runtime tells the truth about itself; what it
/// states is its own business to protect.

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/base/json.h"

namespace cupel::ledger::hallmark {

/// 1 to 64 of a-z 0-9 . _ : / -, the first one a letter or digit.
bool IsToken(std::string_view text);

/// How a runtime's guard acts on what it finds, from the weakest: it only watches; it refuses what its checks
/// reject; it also refuses when its checks cannot run.
enum class GuardLevel { kObserve, kEnforce, kFailClosed };
inline constexpr std::array<std::string_view, 3> kGuardLevelNames = {"observe", "enforce", "fail-closed"};
std::string_view GuardLevelName(GuardLevel level);
/// Errors: kInvalidArgument with the nearest name.
Result<GuardLevel> ParseGuardLevel(std::string_view name);

inline constexpr std::array<std::string_view, 4> kConditionKinds = {"guard", "host", "purpose", "region"};

class Conditions {
 public:
  /// Adds allowed values, as the command line gives them: "host=gate-7,gate-8".
  /// Errors, which change nothing: kInvalidArgument: an unknown kind (the nearest is named), no value, a
  /// value that is no token or no guard level.
  Status Add(std::string_view assignment);

  /// Errors: kCorrupt: as above, and for values that are not sorted or occur twice.
  static Result<Conditions> FromJson(const Json& json);
  Json ToJson() const;

  /// Whether the value may be used; "" stands for "not stated".
  bool Allows(std::string_view kind, std::string_view value) const;
  /// The allowed values, or nothing when the kind is absent.
  const std::vector<std::string>* Of(std::string_view kind) const;

  bool operator==(const Conditions&) const = default;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> allowed_;
};

}  // namespace cupel::ledger::hallmark
