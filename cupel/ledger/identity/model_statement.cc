// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/identity/resource_name.h"

namespace cupel::ledger::identity {
namespace {

using evidence::ArrayField;
using evidence::ObjectField;
using evidence::OnlyMembers;
using evidence::TextField;

constexpr std::string_view kFiles = "files";
constexpr std::string_view kShards = "shards";

/// A number without sign, leading zeros or anything else.
Result<std::uint64_t> Offset(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || fmt::format("{}", value) != text) {
    return Fail(ErrorCode::kCorrupt, fmt::format("\"{}\" is no byte offset", text));
  }
  return value;
}

/// The reference implementation writes the number as a double: 1000000000.0.
Result<std::uint64_t> ShardSize(const Json& serialization) {
  const Json* found = serialization.Find("shard_size");
  const double value = found != nullptr && found->IsNumber() ? found->AsNumber() : 0;
  if (value < 1 || value > 9007199254740992.0 || value != std::floor(value)) {
    return Fail(ErrorCode::kCorrupt, "\"shard_size\" must be a whole number > 0");
  }
  return static_cast<std::uint64_t>(value);
}

Result<Serialization> ReadSerialization(const Json& json) {
  CUPEL_TRY_STATUS(
      OnlyMembers(json, {"method", "hash_type", "shard_size", "allow_symlinks", "ignore_paths"}));
  Serialization serialization;
  CUPEL_TRY(const std::string method, TextField(json, "method"));
  if (method == kShards) {
    serialization.method = Method::kShards;
    CUPEL_TRY(serialization.shard_size, ShardSize(json));
  } else if (method != kFiles) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("\"method\" must be \"files\" or \"shards\", got \"{}\"", method));
  } else if (json.Find("shard_size") != nullptr) {
    return Fail(ErrorCode::kCorrupt, "\"shard_size\" must be absent when \"method\" is \"files\"");
  }
  CUPEL_TRY(const std::string hash, TextField(json, "hash_type"));
  if (hash == HashTypeName(HashType::kBlake2b)) {
    serialization.hash = HashType::kBlake2b;
  } else if (hash != HashTypeName(HashType::kSha256)) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("\"hash_type\" must be \"sha256\" or \"blake2b\", got \"{}\"", hash), "",
                "have the model signed with sha256, the hash that every verifier reads");
  }
  const Json* links = json.Find("allow_symlinks");
  if (links == nullptr || !links->IsBool()) {
    return Fail(ErrorCode::kCorrupt, "\"allow_symlinks\" must be true or false");
  }
  serialization.allow_symlinks = links->AsBool();
  if (json.Find("ignore_paths") == nullptr) return serialization;
  CUPEL_TRY(const Json* ignored, ArrayField(json, "ignore_paths"));
  for (const Json& entry : ignored->AsArray()) {
    if (!entry.IsString()) return Fail(ErrorCode::kCorrupt, "\"ignore_paths\" must hold strings");
    auto path = CanonicalIgnorePath(entry.AsString());
    if (!path) {
      path.error().code = ErrorCode::kCorrupt;
      return FailAt("\"ignore_paths\"", std::move(path).error());
    }
    serialization.ignore_paths.push_back(*std::move(path));
  }
  return serialization;
}

/// The path in a resource's name. "." stands only where it names the only file.
Result<std::string> PathIn(const std::string& name, const Serialization& serialization) {
  std::string path = name;
  if (serialization.method == Method::kShards) {
    CUPEL_TRY(Shard shard, ParseShardName(name));
    path = std::move(shard.path);
  }
  if (path != kOnlyFile) CUPEL_TRY_STATUS(CheckName(path));
  return path;
}

Result<Resource> ReadResource(const Json& json, const Serialization& serialization) {
  Resource resource;
  CUPEL_TRY(resource.name, TextField(json, "name"));
  CUPEL_TRY(const std::string algorithm, TextField(json, "algorithm"));
  const std::string_view hash = HashTypeName(serialization.hash);
  const bool sharded = serialization.method == Method::kShards &&
                       algorithm == fmt::format("{}-sharded-{}", hash, serialization.shard_size);
  if (algorithm != hash && !sharded) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("\"algorithm\" must be \"{}\", got \"{}\"", hash, algorithm));
  }
  CUPEL_TRY(const std::string digest, TextField(json, "digest"));
  if (digest.find_first_of("ABCDEF") != std::string::npos) {
    return Fail(ErrorCode::kCorrupt, "\"digest\" must be lower-case hexadecimal");
  }
  CUPEL_TRY(resource.digest, FromHex(digest));
  if (resource.digest.size() != DigestSize(serialization.hash)) {
    return Fail(ErrorCode::kCorrupt, fmt::format("\"digest\" must have {} hexadecimal digits, got {}",
                                                 2 * DigestSize(serialization.hash), digest.size()));
  }
  return resource;
}

/// Strictly in order by `less`, so that no name stands twice.
template <typename Less>
bool InOrder(const std::vector<Resource>& resources, Less less) {
  return std::adjacent_find(resources.begin(), resources.end(), [&](const Resource& a, const Resource& b) {
           return !less(a, b);
         }) == resources.end();
}

/// The reference implementation's order: path components one by one, then offsets as numbers.
struct ReferenceKey {
  std::vector<std::string> parts;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  auto operator<=>(const ReferenceKey&) const = default;
};

ReferenceKey ReferenceKeyOf(const Resource& resource, Method method) {
  ReferenceKey key;
  std::string path = resource.name;
  if (method == Method::kShards) {
    const Shard shard = ParseShardName(resource.name).value();  // Read before.
    path = shard.path;
    key.start = shard.start;
    key.end = shard.end;
  }
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    key.parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return key;
}

Status CheckOrder(const Manifest& manifest) {
  const Method method = manifest.serialization.method;
  if (InOrder(manifest.resources, [](const Resource& a, const Resource& b) { return a.name < b.name; }) ||
      InOrder(manifest.resources, [&](const Resource& a, const Resource& b) {
        return ReferenceKeyOf(a, method) < ReferenceKeyOf(b, method);
      })) {
    return {};
  }
  return Fail(ErrorCode::kCorrupt, "\"resources\" must be sorted by \"name\", each name once");
}

Status ReadResources(const Json& list, Manifest& manifest) {
  std::set<std::string> paths;
  for (std::size_t i = 0; i < list.AsArray().size(); ++i) {
    const std::string place = fmt::format("resources[{}]", i);
    auto resource = ReadResource(list.AsArray()[i], manifest.serialization);
    if (!resource) return FailAt(place, std::move(resource).error());
    auto path = PathIn(resource->name, manifest.serialization);
    if (!path) return FailAt(place, std::move(path).error());
    paths.insert(*std::move(path));
    manifest.resources.push_back(*std::move(resource));
  }
  if (manifest.resources.empty()) return Fail(ErrorCode::kCorrupt, "\"resources\" must not be empty");
  if (paths.size() > 1 && paths.contains(std::string(kOnlyFile))) {
    return Fail(ErrorCode::kCorrupt, "the name \".\" must be the only one");
  }
  return CheckOrder(manifest);
}

}  // namespace

Result<Shard> ParseShardName(std::string_view name) {
  const std::size_t second = name.rfind(':');
  const std::size_t first =
      second == std::string_view::npos || second == 0 ? std::string_view::npos : name.rfind(':', second - 1);
  if (first == std::string_view::npos) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("a shard must be named <path>:<start>:<end>, got \"{}\"", name));
  }
  Shard shard{std::string(name.substr(0, first)), 0, 0};
  CUPEL_TRY(shard.start, Offset(name.substr(first + 1, second - first - 1)));
  CUPEL_TRY(shard.end, Offset(name.substr(second + 1)));
  if (shard.start >= shard.end) {
    return Fail(ErrorCode::kCorrupt, fmt::format("a shard must end after its start, got \"{}\"", name));
  }
  return shard;
}

evidence::Statement ToStatement(const Manifest& manifest) {
  const Serialization& how = manifest.serialization;
  evidence::Statement statement;
  statement.subjects = {evidence::ResourceDescriptor::OfSha256(manifest.model_name, manifest.Root())};
  statement.predicate_type = kModelPredicate;
  Json& predicate = statement.predicate;
  for (const Resource& resource : manifest.resources) {
    predicate["resources"].Append(Json::Object{
        {"name", resource.name}, {"digest", ToHex(resource.digest)}, {"algorithm", HashTypeName(how.hash)}});
  }
  Json& serialization = predicate["serialization"];
  serialization["method"] = how.method == Method::kShards ? kShards : kFiles;
  serialization["hash_type"] = HashTypeName(how.hash);
  if (how.method == Method::kShards) serialization["shard_size"] = static_cast<std::int64_t>(how.shard_size);
  serialization["allow_symlinks"] = how.allow_symlinks;
  if (!how.ignore_paths.empty()) serialization["ignore_paths"] = Json::ArrayOf(how.ignore_paths);
  return statement;
}

Result<Manifest> FromStatement(const evidence::Statement& statement) {
  if (statement.predicate_type != kModelPredicate) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("\"predicateType\" must be \"{}\", got \"{}\"", kModelPredicate,
                            statement.predicate_type),
                "", "give the signature of a model");
  }
  if (statement.subjects.size() != 1) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("a model's signature must have one subject, got {}", statement.subjects.size()));
  }
  CUPEL_TRY_STATUS(OnlyMembers(statement.predicate, {"resources", "serialization"}));
  Manifest manifest;
  manifest.model_name = statement.subjects[0].name;
  if (manifest.model_name.empty()) return Fail(ErrorCode::kCorrupt, "the subject must have a \"name\"");
  CUPEL_TRY(const Json* serialization, ObjectField(statement.predicate, "serialization"));
  CUPEL_TRY(manifest.serialization, ReadSerialization(*serialization));
  CUPEL_TRY(const Json* resources, ArrayField(statement.predicate, "resources"));
  CUPEL_TRY_STATUS(ReadResources(*resources, manifest));
  if (!statement.IsAbout(manifest.Root())) {
    return Fail(ErrorCode::kVerificationFailed, "the subject's digest is not the root of the resources");
  }
  return manifest;
}

}  // namespace cupel::ledger::identity
