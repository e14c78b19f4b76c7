// SPDX-License-Identifier: Apache-2.0
// Model signatures from hostile bytes: a bundle, or the statement in one. Reading must end in a value or an
// error; a manifest that was read has names inside the model's folder, and ours reads back to itself.
#include <algorithm>
#include <cstdint>

#include "cupel/ledger/identity/model_signature.h"
#include "cupel/ledger/identity/model_statement.h"
#include "cupel/ledger/identity/resource_name.h"

namespace {

using namespace cupel::ledger;  // NOLINT(google-build-using-namespace): one file of one purpose

void CheckManifest(const cupel::Result<identity::Manifest>& manifest) {
  if (!manifest) return;
  CUPEL_CHECK(!manifest->resources.empty() && !manifest->model_name.empty());
  for (const identity::Resource& resource : manifest->resources) {
    std::string path = resource.name;
    if (manifest->serialization.method == identity::Method::kShards)
      path = identity::ParseShardName(path)->path;
    CUPEL_CHECK(path == identity::kOnlyFile || identity::CheckName(path).has_value());
  }
  const auto again = identity::FromStatement(identity::ToStatement(*manifest));
  CUPEL_CHECK(again.has_value() && *again == *manifest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const cupel::BytesView bytes(data, size);
  const std::string_view text = cupel::AsText(bytes);
  if (const auto statement = evidence::Statement::Parse(bytes); statement) {
    CheckManifest(identity::FromStatement(*statement));
  }
  if (const auto bundle = identity::ParseModelSignature(text); bundle) {
    if (const auto statement = evidence::StatementIn(bundle->envelope); statement) {
      CheckManifest(identity::FromStatement(*statement));
    }
  }
  (void)identity::ParseShardName(text);
  if (const auto name = identity::CanonicalName(text); name)
    CUPEL_CHECK(identity::CheckName(*name).has_value());
  return 0;
}
