// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_identity.h"

#include <algorithm>
#include <system_error>

namespace cupel::ledger::identity {

Json ModelIdentity::ToJson() const {
  Json json;
  json["name"] = name;
  json["sha256"] = file_sha256.Hex();
  json["omsRoot"] = root.Hex();
  json["resources"] = Json::Array{};
  for (const Resource& resource : resources) {
    json["resources"].Append(Json::Object{{"name", resource.name}, {"sha256", ToHex(resource.digest)}});
  }
  return json;
}

Result<ModelIdentity> Identify(const std::filesystem::path& model,
                               std::span<const std::filesystem::path> external_data, int workers) {
  std::error_code code;
  if (std::filesystem::is_directory(model, code)) {
    return Fail(ErrorCode::kInvalidArgument, "expected a model's file, got a folder", model.string(),
                "give the file, for example model.onnx");
  }
  Serialization serialization;
  serialization.allow_symlinks = true;
  CUPEL_TRY(Manifest manifest,
            BuildManifest({model, {external_data.begin(), external_data.end()}}, serialization, workers));
  ModelIdentity identity{model.filename().string(), {}, manifest.Root(), std::move(manifest.resources)};
  const auto own = std::find_if(identity.resources.begin(), identity.resources.end(),
                                [&](const Resource& resource) { return resource.name == identity.name; });
  CUPEL_CHECK(own != identity.resources.end());
  CUPEL_TRY(identity.file_sha256, Digest::FromBytes(own->digest));
  return identity;
}

}  // namespace cupel::ledger::identity
