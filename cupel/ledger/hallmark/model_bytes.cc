// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/model_bytes.h"

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/manifest.h"
#include "cupel/ledger/identity/resource_name.h"

namespace cupel::ledger::hallmark {
namespace {

/// Reading a pipe or a device could wait for ever.
Result<Bytes> ReadRegularFile(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return Fail(ErrorCode::kUnsupported, "a model's file must be a regular file", path.string());
  }
  return ReadFile(path, limit_bytes);
}

}  // namespace

Result<ModelBytes> ModelBytes::Read(const std::filesystem::path& model,
                                    const ExternalDataOf& external_data_of, std::uint64_t limit_bytes) {
  ModelBytes bytes;
  auto name = identity::CanonicalName(model.filename().generic_string());
  if (!name) return FailAt(model.string(), std::move(name).error());
  bytes.name = *std::move(name);
  CUPEL_TRY(bytes.file, ReadRegularFile(model, limit_bytes));
  auto external = external_data_of(bytes.file);
  if (!external) return FailAt(model.string(), std::move(external).error());
  for (const std::filesystem::path& path : *external) {
    auto given = identity::CanonicalName(path.generic_string());
    if (!given) return FailAt(model.string(), std::move(given).error());
    if (*given == bytes.name) continue;  // a model may keep constants in its own file
    CUPEL_TRY(Bytes data, ReadRegularFile(model.parent_path() / *given, limit_bytes));
    bytes.external.emplace(*std::move(given), std::move(data));
  }
  return bytes;
}

ModelDigests ModelBytes::Digests() const {
  const auto resource = [](const std::string& path, const Digest& digest) {
    return identity::Resource{path, Bytes(digest.bytes.begin(), digest.bytes.end())};
  };
  const Digest own = crypto::Sha256(file);
  std::vector<identity::Resource> resources = {resource(name, own)};
  for (const auto& [path, data] : external) resources.push_back(resource(path, crypto::Sha256(data)));
  std::ranges::sort(resources, {}, &identity::Resource::name);
  return {name, own, identity::RootOf(resources)};
}

}  // namespace cupel::ledger::hallmark
