// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/refusal.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/secure_random.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/hallmark/fields.h"

namespace cupel::ledger::hallmark {
namespace {

using evidence::ResourceDescriptor;

constexpr std::size_t kSaltBytes = 32;

std::vector<ResourceDescriptor> SubjectsOf(const Admission& admission, const Digest& host) {
  std::vector<ResourceDescriptor> subjects;
  if (admission.model) {
    subjects.push_back(ResourceDescriptor::OfSha256("model", admission.model->file));
    subjects.push_back(ResourceDescriptor::OfSha256("model-root", admission.model->root));
  }
  if (admission.bundle) subjects.push_back(ResourceDescriptor::OfSha256("hallmark", *admission.bundle));
  if (subjects.empty()) subjects.push_back(ResourceDescriptor::OfSha256("host", host));
  return subjects;
}

Result<AdmissionCode> CodeNamed(std::string_view name) {
  for (std::size_t i = 1; i < kAdmissionCodes; ++i) {
    const auto code = static_cast<AdmissionCode>(i);
    if (AdmissionCodeName(code) == name) return code;
  }
  return Fail(ErrorCode::kCorrupt, fmt::format("unknown refusal code \"{}\"", name));
}

}  // namespace

Result<Digest> HostPseudonym(const std::filesystem::path& salt_file, std::string_view host) {
  std::error_code ignored;
  if (!std::filesystem::exists(salt_file, ignored)) {
    Bytes fresh(kSaltBytes);
    crypto::SecureRandom().Fill(fresh);
    if (!salt_file.parent_path().empty()) CUPEL_TRY_STATUS(MakeFolder(salt_file.parent_path()));
    CUPEL_TRY_STATUS(WriteFileAtomic(salt_file, fresh, 0600));
  }
  CUPEL_TRY(const Bytes salt, ReadFile(salt_file, 1 << 16));
  if (salt.size() != kSaltBytes) {
    return Fail(
        ErrorCode::kCorrupt, fmt::format("the salt must have {} bytes, got {}", kSaltBytes, salt.size()),
        salt_file.string(), "remove the file; a new one is made, and the host gets another pseudonym");
  }
  return crypto::Sha256(salt, AsBytes(host));
}

evidence::Bundle SignRefusal(const Admission& admission, const Digest& host, std::int64_t now,
                             const crypto::SigningKey& key) {
  CUPEL_CHECK(!admission.admitted());
  evidence::Statement statement;
  statement.subjects = SubjectsOf(admission, host);
  statement.predicate_type = kRefusalPredicate;
  Json& predicate = statement.predicate;
  predicate["code"] = AdmissionCodeName(admission.code);
  predicate["step"] = AdmissionStep(admission.code);
  predicate["time"] = FormatUtc(now);
  predicate["host"] = DigestSet(host);
  if (admission.payload) predicate["hallmark"] = DigestSet(*admission.payload);
  if (admission.newest) {
    predicate["checkpoint"] = Json::Object{{"origin", admission.newest->origin},
                                           {"size", std::to_string(admission.newest->size)},
                                           {"rootHash", DigestSet(admission.newest->root)}};
  }
  auto payload = statement.ToPayload();
  CUPEL_CHECK(payload.has_value());  // every member above is of its form
  return evidence::Bundle::Of(
      evidence::SignEnvelope(evidence::kStatementPayloadType, *std::move(payload), key));
}

Result<Refusal> Refusal::Parse(BytesView payload) {
  CUPEL_TRY(const evidence::Statement statement, ParseOneForm(payload, kRefusalPredicate));
  const Json& predicate = statement.predicate;
  CUPEL_TRY_STATUS(
      evidence::OnlyMembers(predicate, {"code", "step", "time", "host", "hallmark", "checkpoint"}));
  Refusal refusal;
  CUPEL_TRY(const std::string name, evidence::TextField(predicate, "code"));
  CUPEL_TRY(refusal.code, CodeNamed(name));
  if (predicate["step"] != Json(AdmissionStep(refusal.code))) {
    return Fail(ErrorCode::kCorrupt, "\"step\" must be the step of the code");
  }
  CUPEL_TRY(refusal.time, TimeField(predicate, "time"));
  CUPEL_TRY(refusal.host, DigestSetField(predicate, "host"));
  if (predicate.Find("hallmark") != nullptr) {
    CUPEL_TRY(refusal.hallmark, DigestSetField(predicate, "hallmark"));
  }
  return refusal;
}

Result<std::filesystem::path> SaveRefusal(const std::filesystem::path& folder,
                                          const evidence::Bundle& record) {
  CUPEL_TRY(const Refusal refusal, Refusal::Parse(record.envelope.payload));
  std::string time = FormatUtc(refusal.time);
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  const std::string text = record.ToText();
  std::filesystem::path path =
      folder / fmt::format("{}-{}-{}.sigstore.json", time, AdmissionCodeName(refusal.code),
                           crypto::Sha256(AsBytes(text)).Hex().substr(0, 8));
  CUPEL_TRY_STATUS(MakeFolder(folder));
  CUPEL_TRY_STATUS(WriteFileAtomic(path, text));
  return path;
}

}  // namespace cupel::ledger::hallmark
