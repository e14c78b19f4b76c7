// SPDX-License-Identifier: Apache-2.0
// trust.toml, verifier keys and the policy of a log from hostile text: reading must end in a policy or an
// error with a message, and a policy never gives one key two roles.
#include <cstdint>
#include <set>

#include "cupel/ledger/evidence/trust_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::ledger::evidence;  // NOLINT(google-build-using-namespace): one function
  const std::string text(reinterpret_cast<const char*>(data), size);
  // Names with a slash could lead to devices that never end.
  if (text.find('/') == std::string::npos) {
    const auto policy = TrustPolicy::FromToml(text, "/nonexistent");
    CUPEL_CHECK(policy.has_value() || !policy.error().message.empty());
  }
  TrustPolicy policy;
  const std::string first = text.substr(0, text.find('\n'));
  const bool is_ledger = policy.Trust(KeyRole::kLedger, first).has_value();
  if (is_ledger) CUPEL_CHECK(!policy.Trust(KeyRole::kWitness, first).has_value());
  const bool has_policy = policy.TrustLogPolicy(text).has_value();
  CUPEL_CHECK(policy.log_policy == (has_policy ? text : ""));
  return 0;
}
