// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Errors and results: the one way in which Cupel's code reports failure.
///
/// A function that can fail returns `Result<T>` (or `Status` when there is nothing to return). No exception
/// crosses a module's border: what a third-party library throws is caught and translated by the module that
/// owns it. An `Error` says what is wrong, where, and how to mend it; `ToString()` joins the three into one
/// sentence.
///
///     Result<Plan> ReadPlan(const std::filesystem::path& path) {
///       CUPEL_TRY(std::string text, ReadTextFile(path));
///       if (text.empty()) {
///         return Fail(ErrorCode::kInvalidArgument, "the plan is empty", path.string(), "run `cupel init` for
///         one");
///       }
///       ...
///     }
///
/// Messages: lower case, no full stop, expected and found: `epsilon must be finite and > 0, got -1`.

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace cupel {

/// Why something failed. The command line maps these to exit codes (cli/exit_code.h).
enum class ErrorCode {
  kInvalidArgument,  ///< A value given by the user or caller is out of range, of the wrong type, or unknown.
  kNotFound,         ///< A file, key, check or entry does not exist.
  kCorrupt,          ///< Bytes could be read but do not follow their format.
  kUnsupported,      ///< Valid, but outside what this build can do.
  kResourceLimit,    ///< A limit on size, depth, memory or disk was reached.
  kPermission,       ///< The operating system refused.
  kVerificationFailed,  ///< The bytes were read and understood, and the proof is false. Never means
                        ///< "unreadable".
  kInterrupted,         ///< The user asked to stop (SIGINT, SIGTERM); work done so far is kept.
  kInternal,            ///< A fault in Cupel.
};

/// Stable lower-case name, for JSON and logs: "invalid-argument", "verification-failed", ...
std::string_view ErrorCodeName(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  ///< What is wrong.
  std::string place;    ///< Where: file, line, field, byte offset. May be empty.
  std::string remedy;   ///< What to do. May be empty.

  /// "place: message; remedy", leaving out what is empty.
  std::string ToString() const;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// Builds the error half of a Result.
[[nodiscard]] tl::unexpected<Error> Fail(ErrorCode code, std::string message, std::string place = {},
                                         std::string remedy = {});

/// The same error, with `place` put before the place it already has ("plan.toml: checks[2]").
[[nodiscard]] tl::unexpected<Error> FailAt(std::string_view place, Error error);

namespace internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace internal

}  // namespace cupel

#define CUPEL_CONCAT_INNER(a, b) a##b
#define CUPEL_CONCAT(a, b) CUPEL_CONCAT_INNER(a, b)

/// CUPEL_TRY(decl, expr): evaluates `expr` (a Result), returns its error or binds its value to `decl`.
#define CUPEL_TRY(decl, ...) CUPEL_TRY_IMPL(CUPEL_CONCAT(cupel_result_, __LINE__), decl, __VA_ARGS__)
#define CUPEL_TRY_IMPL(result, decl, ...)                  \
  auto result = (__VA_ARGS__);                             \
  if (!result) [[unlikely]]                                \
    return tl::make_unexpected(std::move(result).error()); \
  decl = *std::move(result)

/// CUPEL_TRY_STATUS(expr): as CUPEL_TRY for a Status.
#define CUPEL_TRY_STATUS(...)                                      \
  do {                                                             \
    auto cupel_status = (__VA_ARGS__);                             \
    if (!cupel_status) [[unlikely]]                                \
      return tl::make_unexpected(std::move(cupel_status).error()); \
  } while (false)

/// Aborts on a programmer's error. Must not be reachable from any input.
#define CUPEL_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::cupel::internal::CheckFailed(#condition, __FILE__, __LINE__))
