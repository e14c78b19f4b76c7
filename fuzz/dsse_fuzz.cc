// SPDX-License-Identifier: Apache-2.0
// DSSE envelopes, Sigstore bundles, statements, signed checkpoints, receipts and leaves from hostile bytes:
// reading must end in a value or an error, and what was read must print and read back to itself.
#include <cstdint>

#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/tile.h"

namespace {

/// What a parser accepts must survive its own text.
template <typename T>
void RoundTrip(std::string_view text) {
  const auto value = T::Parse(text);
  if (!value) return;
  const auto again = T::Parse(value->ToText());
  CUPEL_CHECK(again.has_value() && *again == *value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::ledger;  // NOLINT(google-build-using-namespace): one function
  const cupel::BytesView bytes(data, size);
  const std::string_view text = cupel::AsText(bytes);
  RoundTrip<evidence::Envelope>(text);
  RoundTrip<evidence::Bundle>(text);
  RoundTrip<merkle::SignedNote>(text);
  RoundTrip<merkle::Checkpoint>(text);
  RoundTrip<merkle::NoteVerifier>(text);
  RoundTrip<log::Receipt>(text);
  (void)evidence::Statement::Parse(bytes);
  (void)log::Leaf::Parse(bytes);
  (void)merkle::ParseEntryBundle(bytes, size % 7);
  (void)merkle::TileId::Parse(text);
  return 0;
}
