// SPDX-License-Identifier: Apache-2.0
// Policies, add-checkpoint requests, verifier keys of witnesses and cosignature lines from hostile bytes:
// reading must end in a value or an error, what was read must print and read back to itself, a policy's
// quorum must not shrink when a witness is added, and no bytes may make a witness cosign what its log did not
// sign.
#include <cstdint>

#include "cupel/ledger/witness/add_checkpoint.h"
#include "cupel/ledger/witness/cosignature.h"
#include "cupel/ledger/witness/decide.h"
#include "cupel/ledger/witness/policy.h"

namespace {

using namespace cupel::ledger;           // NOLINT(google-build-using-namespace): one short file
using namespace cupel::ledger::witness;  // NOLINT(google-build-using-namespace)

template <typename T>
void RoundTrip(std::string_view text) {
  const auto value = T::Parse(text);
  if (!value) return;
  const auto again = T::Parse(value->ToText());
  CUPEL_CHECK(again.has_value() && *again == *value);
}

void ReadPolicy(std::string_view text) {
  const auto policy = Policy::Parse(text);
  if (!policy) return;
  std::vector<bool> cosigned(policy->Witnesses().size());
  bool before = policy->IsQuorum(cosigned);
  for (std::size_t i = 0; i < cosigned.size(); ++i) {
    cosigned[i] = true;
    const bool now = policy->IsQuorum(cosigned);
    CUPEL_CHECK(now || !before);
    before = now;
  }
  CUPEL_CHECK(before);  // all of them are always enough
  (void)policy->QuorumText();
  (void)policy->Verify(text);
}

void ReadLines(std::string_view text) {
  const auto lines = merkle::ParseSignatureLines(text);
  if (lines) CUPEL_CHECK(merkle::SignatureLines(*lines) == text);
}

/// A witness whose log has a key that nobody signs with.
void AskWitness(std::string_view text) {
  static const auto log_key = cupel::crypto::LogKey::Generate();
  static const CosignatureKey key =
      CosignatureKey::Create("example.com/w", cupel::crypto::LogKey::Generate()).value();
  const auto request = AddCheckpoint::Parse(text);
  if (!request) return;
  const std::string origin(request->Origin());
  const auto verifier = merkle::NoteVerifier::Create("example.com/log", log_key.Public()).value();
  const KnownLog log{origin, {verifier}};
  const Decision decision = Decide(*request, &log, std::nullopt, key, 1);
  CUPEL_CHECK(decision.answer.status != 200 && !decision.keep);
  (void)key.Verifier().TimeOf(request->checkpoint);
  (void)Seen::Parse(text, key.Verifier());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = cupel::AsText({data, size});
  RoundTrip<AddCheckpoint>(text);
  RoundTrip<CosignatureVerifier>(text);
  ReadPolicy(text);
  ReadLines(text);
  AskWitness(text);
  return 0;
}
