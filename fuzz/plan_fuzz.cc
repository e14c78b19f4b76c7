// SPDX-License-Identifier: Apache-2.0
// The plan parser: any text gives a plan or one error, and what parses freezes without fault.
#include <cstddef>
#include <cstdint>

#include "cupel/application/assess/plan.h"

namespace {

namespace check = cupel::algorithm::check;

/// A check with a parameter of every type, so that all branches of validation can be reached.
class EveryType : public check::Check {
 public:
  EveryType() {
    using check::ParameterType;
    description_.id = "fuzz.check";
    description_.metrics = {{"accuracy", {}, "", true}, {"recall.*", {}, "", true}};
    description_.parameters = {
        {"integer", ParameterType::kInteger, "", cupel::Json(1), 0, 10, {}, {}},
        {"real", ParameterType::kReal, "", cupel::Json(0.5), 0, 1, {}, {}},
        {"text", ParameterType::kText, "", cupel::Json("a"), 0, 0, {"a", "b"}, {}},
        {"boolean", ParameterType::kBoolean, "", cupel::Json(false), 0, 0, {}, {}},
        {"reals", ParameterType::kRealList, "", cupel::Json(cupel::Json::Array{0.5}), 0, 1, {}, {}},
        {"texts", ParameterType::kTextList, "", cupel::Json(cupel::Json::Array{}), 0, 0, {}, {}},
    };
  }
  const check::Description& description() const override { return description_; }
  cupel::Result<check::CheckResult> Run(const check::Context&) const override { return check::CheckResult{}; }

 private:
  check::Description description_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const EveryType every_type;
  const auto find = [](std::string_view id) -> cupel::Result<const check::Check*> {
    if (id == "fuzz.check") return &every_type;
    return cupel::Fail(cupel::ErrorCode::kNotFound, "no such check");
  };
  const auto plan = cupel::application::assess::ParsePlan(
      std::string(reinterpret_cast<const char*>(data), size), "plan.toml", find);
  if (!plan && plan.error().message.empty()) __builtin_trap();
  if (plan && plan->checks.empty()) __builtin_trap();
  return 0;
}
