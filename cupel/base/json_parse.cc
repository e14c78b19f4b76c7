// SPDX-License-Identifier: Apache-2.0
// The strict JSON reader: nlohmann's SAX parser builds our values; its exceptions and types stop here.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cupel/base/error.h"
#include "cupel/base/json.h"

namespace cupel {
namespace {

constexpr std::size_t kMaxDepth = 200;
/// Beyond it a number is read as the double that RFC 8785 takes it for, so that whatever was read can be
/// written.
constexpr std::int64_t kLargestExactInteger = std::int64_t{1} << 53;

/// Builds a Json bottom-up. Each open container waits on `stack_`; a finished one is moved into its parent.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Add(Json()); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override {
    if (value < -kLargestExactInteger) return Add(static_cast<double>(value));
    return Add(static_cast<std::int64_t>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(kLargestExactInteger)) return Add(static_cast<double>(value));
    return Add(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    if (!std::isfinite(value)) return Refuse(ErrorCode::kCorrupt, "a number is too large for a double");
    return Add(value);
  }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return Refuse(ErrorCode::kCorrupt, "binary values are not JSON"); }
  bool start_object(std::size_t) override { return Open(Json(Json::Object{})); }
  bool start_array(std::size_t) override { return Open(Json(Json::Array{})); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    if (stack_.back().value.Find(name) != nullptr) {
      return Refuse(ErrorCode::kCorrupt, fmt::format("member \"{}\" appears twice", name));
    }
    stack_.back().key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& cause) override {
    error_ = Error{ErrorCode::kCorrupt, fmt::format("not valid JSON at byte {}", position), "", ""};
    const std::string text = cause.what();
    if (const auto at = text.find("parse error at "); at != std::string::npos) {
      error_.message = "not valid JSON: " + text.substr(at);
    }
    return false;
  }

  Json root;
  Error error_;

 private:
  struct Level {
    Json value;
    std::string key;
  };

  bool Refuse(ErrorCode code, std::string message) {
    error_ = Error{code, std::move(message), "", ""};
    return false;
  }

  bool Open(Json container) {
    if (stack_.size() >= kMaxDepth) {
      return Refuse(ErrorCode::kResourceLimit, fmt::format("nested deeper than {} levels", kMaxDepth));
    }
    stack_.push_back({std::move(container), {}});
    return true;
  }

  bool Close() {
    Json finished = std::move(stack_.back().value);
    stack_.pop_back();
    return Add(std::move(finished));
  }

  bool Add(Json value) {
    if (stack_.empty()) {
      root = std::move(value);
    } else if (stack_.back().value.IsArray()) {
      stack_.back().value.Append(std::move(value));
    } else {
      stack_.back().value.AsObject().emplace(std::move(stack_.back().key), std::move(value));
    }
    return true;
  }

  std::vector<Level> stack_;
};

}  // namespace

Result<Json> Json::Parse(std::string_view text) {
  // nlohmann's parser takes a zero byte for the end, and would not see what stands behind it.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return Fail(ErrorCode::kCorrupt, fmt::format("not valid JSON: a zero byte at byte {}", zero));
  }
  Builder builder;
  try {
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
      return tl::make_unexpected(builder.error_);
    }
  } catch (const std::exception& cause) {
    return Fail(ErrorCode::kCorrupt, fmt::format("not valid JSON: {}", cause.what()));
  }
  return std::move(builder.root);
}

}  // namespace cupel
