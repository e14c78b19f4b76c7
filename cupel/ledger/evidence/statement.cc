// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/statement.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/ledger/evidence/json_field.h"

namespace cupel::ledger::evidence {
namespace {

bool IsLowerHex(std::string_view text) {
  return !text.empty() && text.size() % 2 == 0 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Status CheckDigestSet(const std::map<std::string, std::string>& digests) {
  for (const auto& [algorithm, hex] : digests) {
    if (!IsLowerHex(hex)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the {} digest must be lower-case hexadecimal", algorithm));
    }
    if (algorithm == "sha256" && hex.size() != 2 * Digest::kSize) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("a sha256 must have 64 hexadecimal digits, got {}", hex.size()));
    }
  }
  return {};
}

/// The rules that both directions share.
Status CheckStatement(const Statement& statement) {
  if (statement.subjects.empty()) return Fail(ErrorCode::kCorrupt, "a statement must have a subject");
  for (std::size_t i = 0; i < statement.subjects.size(); ++i) {
    const std::string place = fmt::format("subject[{}]", i);
    if (statement.subjects[i].digest.empty()) {
      return Fail(ErrorCode::kCorrupt, "a subject must have a digest", place);
    }
    if (auto status = CheckDigestSet(statement.subjects[i].digest); !status)
      return FailAt(place, status.error());
  }
  if (statement.predicate_type.empty()) return Fail(ErrorCode::kCorrupt, "\"predicateType\" is empty");
  if (!statement.predicate.IsObject()) return Fail(ErrorCode::kCorrupt, "\"predicate\" must be an object");
  return {};
}

void PutText(Json& object, std::string_view member, const std::string& text) {
  if (!text.empty()) object[member] = text;
}

}  // namespace

ResourceDescriptor ResourceDescriptor::OfSha256(std::string name, const Digest& sha256) {
  ResourceDescriptor resource;
  resource.name = std::move(name);
  resource.digest["sha256"] = sha256.Hex();
  return resource;
}

Json ResourceDescriptor::ToJson() const {
  Json json = Json::Object{};
  PutText(json, "name", name);
  PutText(json, "uri", uri);
  for (const auto& [algorithm, hex] : digest) json["digest"][algorithm] = hex;
  PutText(json, "mediaType", media_type);
  PutText(json, "downloadLocation", download_location);
  if (!annotations.IsNull()) json["annotations"] = annotations;
  return json;
}

Result<ResourceDescriptor> ResourceDescriptor::FromJson(const Json& json) {
  if (!json.IsObject()) return Fail(ErrorCode::kCorrupt, "a resource must be a JSON object");
  ResourceDescriptor resource;
  CUPEL_TRY(resource.name, OptionalTextField(json, "name"));
  CUPEL_TRY(resource.uri, OptionalTextField(json, "uri"));
  CUPEL_TRY(resource.media_type, OptionalTextField(json, "mediaType"));
  CUPEL_TRY(resource.download_location, OptionalTextField(json, "downloadLocation"));
  if (json.Find("digest") != nullptr) {
    CUPEL_TRY(const Json* digests, ObjectField(json, "digest"));
    for (const auto& [algorithm, value] : digests->AsObject()) {
      CUPEL_TRY(resource.digest[algorithm], TextField(*digests, algorithm));
    }
  }
  CUPEL_TRY_STATUS(CheckDigestSet(resource.digest));
  if (json.Find("annotations") != nullptr) {
    CUPEL_TRY(const Json* annotations, ObjectField(json, "annotations"));
    resource.annotations = *annotations;
  }
  return resource;
}

Result<Bytes> Statement::ToPayload() const {
  if (auto status = CheckStatement(*this); !status) {
    status.error().code = ErrorCode::kInvalidArgument;
    return tl::make_unexpected(std::move(status).error());
  }
  Json json;
  json["_type"] = kStatementType;
  for (const ResourceDescriptor& subject : subjects) json["subject"].Append(subject.ToJson());
  json["predicateType"] = predicate_type;
  json["predicate"] = predicate;
  const std::string text = json.Canonical();
  return Bytes(text.begin(), text.end());
}

Result<Statement> Statement::Parse(BytesView payload) {
  CUPEL_TRY(const Json json, Json::Parse(AsText(payload)));
  CUPEL_TRY_STATUS(ExpectTextField(json, "_type", kStatementType));
  Statement statement;
  CUPEL_TRY(const Json* subjects, ArrayField(json, "subject"));
  for (std::size_t i = 0; i < subjects->AsArray().size(); ++i) {
    auto subject = ResourceDescriptor::FromJson(subjects->AsArray()[i]);
    if (!subject) return FailAt(fmt::format("subject[{}]", i), std::move(subject).error());
    statement.subjects.push_back(*std::move(subject));
  }
  CUPEL_TRY(statement.predicate_type, TextField(json, "predicateType"));
  // The specification lets the predicate be absent; that is an empty claim.
  statement.predicate = Json::Object{};
  if (json.Find("predicate") != nullptr) {
    CUPEL_TRY(const Json* predicate, ObjectField(json, "predicate"));
    statement.predicate = *predicate;
  }
  CUPEL_TRY_STATUS(CheckStatement(statement));
  return statement;
}

bool Statement::IsAbout(const Digest& sha256) const {
  return std::any_of(subjects.begin(), subjects.end(), [&](const ResourceDescriptor& subject) {
    const auto it = subject.digest.find("sha256");
    return it != subject.digest.end() && it->second == sha256.Hex();
  });
}

}  // namespace cupel::ledger::evidence
