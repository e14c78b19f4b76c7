// SPDX-License-Identifier: Apache-2.0
// Hallmarks, exceptions, refusals, reasons, conditions and positions from hostile bytes: reading must end in
// a value or an error, and a hallmark or a position that was read must print the very bytes it was read from.
// A revocation is only ever what it must be.
#include <cstdint>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/hallmark/exception.h"
#include "cupel/ledger/hallmark/hallmark.h"
#include "cupel/ledger/hallmark/position.h"
#include "cupel/ledger/hallmark/refusal.h"
#include "cupel/ledger/hallmark/revocation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::ledger::hallmark;  // NOLINT(google-build-using-namespace): one function
  const cupel::BytesView bytes(data, size);
  const std::string_view text = cupel::AsText(bytes);
  if (const auto hallmark = Hallmark::Parse(bytes)) {
    const auto statement = hallmark->ToStatement();
    CUPEL_CHECK(statement.has_value() && cupel::AsText(statement->ToPayload().value()) == text);
  }
  (void)Exception::Parse(bytes);
  (void)Refusal::Parse(bytes);
  if (const auto reason = ReasonText::Parse(text))
    CUPEL_CHECK(ReasonText::Parse(reason->ToText()) == *reason);
  if (const auto json = cupel::Json::Parse(text)) {
    if (const auto conditions = Conditions::FromJson(*json)) CUPEL_CHECK(conditions->ToJson() == *json);
  }
  if (const auto position = VerifiedPosition::Parse(text)) CUPEL_CHECK(position->ToText() == text);
  static const cupel::crypto::LogKey key = cupel::crypto::LogKey::FromSeed(cupel::Bytes(32, 1)).value();
  if (const auto position = VerifiedPosition::Open(text, key.Public())) {
    CUPEL_CHECK(position->Sign(key).value().starts_with(position->ToText()));
  }
  Conditions conditions;
  (void)conditions.Add(text);
  static const RevocationIndex revocations(cupel::crypto::Sha256(cupel::Bytes{}));
  CUPEL_CHECK(!revocations.Match(bytes, {}));
  return 0;
}
