// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/hallmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cupel/base/clock.h"
#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/hallmark/fields.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::hallmark {
namespace {

using evidence::ResourceDescriptor;
using evidence::Statement;

/// The labels of the two subjects, as annotations: which digest it is.
constexpr std::string_view kLabel = "https://cupel.dev/annotation/digest-of";
constexpr std::string_view kFileLabel = "file";
constexpr std::string_view kRootLabel = "openssf-model-signing-v1.0-root";

constexpr std::array<std::string_view, 5> kVerdicts = {"pass", "warn", "fail", "not-run", "not-applicable"};
constexpr std::size_t kMaxTextBytes = 1024;

tl::unexpected<Error> Broken(std::string message) { return Fail(ErrorCode::kCorrupt, std::move(message)); }

bool IsPrintable(std::string_view text) {
  return text.size() <= kMaxTextBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

Status CheckNames(const Hallmark& hallmark) {
  const bool is_hex = hallmark.id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (hallmark.id.size() != 32 || !is_hex) return Broken("\"id\" must be 32 lower-case hexadecimal digits");
  const std::string& name = hallmark.model.name;
  if (name.empty() || !IsPrintable(name) || name.find('/') != std::string::npos) {
    return Broken(fmt::format("the model's name must be a file name without folders, got \"{}\"", name));
  }
  if (hallmark.policy.uri.empty() || !IsPrintable(hallmark.policy.uri))
    return Broken("the policy's \"uri\" is empty");
  for (const LedgerState* state : {&hallmark.assessment, &hallmark.issued_into}) {
    if (Status status = merkle::CheckKeyName(state->origin); !status) return Broken(status.error().message);
  }
  return {};
}

Status CheckInputs(const std::vector<InputAttestation>& inputs) {
  if (inputs.empty() || inputs[0].what != "plan") return Broken("the first input must be the plan");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const InputAttestation& input = inputs[i];
    const bool is_check = input.what != "plan" && input.what != "report";
    const bool known = std::find(kVerdicts.begin(), kVerdicts.end(), input.verdict) != kVerdicts.end();
    const std::string place = fmt::format("inputAttestations[{}]", i);
    if (!IsToken(input.what)) return Fail(ErrorCode::kCorrupt, "\"what\" must be a token", place);
    if (is_check != known || (!is_check && !input.verdict.empty())) {
      return Fail(ErrorCode::kCorrupt, "a check must have a verdict, plan and report must have none", place);
    }
    if (i > 0 && input.what == "plan") return Fail(ErrorCode::kCorrupt, "there must be one plan", place);
    if (input.uri.empty() || !IsPrintable(input.uri))
      return Fail(ErrorCode::kCorrupt, "\"uri\" is empty", place);
    if (!seen.insert(input.uri).second)
      return Fail(ErrorCode::kCorrupt, "the evidence is listed twice", place);
  }
  if (seen.size() < 3) return Broken("the inputs must be the plan, a check or more, and the report");
  if (inputs.back().what != "report") return Broken("the last input must be the report");
  return {};
}

Status CheckTimes(const Hallmark& hallmark) {
  if (hallmark.expires <= hallmark.not_before) return Broken("\"expires\" must be later than \"notBefore\"");
  const int months = MaximumMonths(hallmark.risk);
  if (hallmark.expires > AddMonths(hallmark.not_before, months)) {
    return Broken(fmt::format("a hallmark of class {} must expire within {} months",
                              RiskClassName(hallmark.risk), months));
  }
  return {};
}

/// The rules that writing and reading share; kCorrupt.
Status CheckRules(const Hallmark& hallmark) {
  CUPEL_TRY_STATUS(CheckNames(hallmark));
  CUPEL_TRY_STATUS(CheckInputs(hallmark.inputs));
  CUPEL_TRY_STATUS(CheckTimes(hallmark));
  const auto& exceptions = hallmark.exceptions;
  if (std::adjacent_find(exceptions.begin(), exceptions.end(), std::greater_equal<>()) != exceptions.end()) {
    return Broken("\"exceptions\" must be sorted, none twice");
  }
  // The weakest guard of the class must be among the allowed ones, or a stronger one; else nothing could run
  // it.
  if (const auto* guards = hallmark.conditions.Of("guard")) {
    const bool possible = std::any_of(guards->begin(), guards->end(), [&](const std::string& name) {
      return *ParseGuardLevel(name) >= RequiredGuard(hallmark.risk);
    });
    if (!possible) {
      return Broken(
          fmt::format("class {} needs a guard of level {} or stronger, and the conditions allow none",
                      RiskClassName(hallmark.risk), GuardLevelName(RequiredGuard(hallmark.risk))));
    }
  }
  return {};
}

ResourceDescriptor Subject(const std::string& name, const Digest& digest, std::string_view label) {
  ResourceDescriptor subject = ResourceDescriptor::OfSha256(name, digest);
  subject.annotations = Json::Object{{std::string(kLabel), label}};
  return subject;
}

Result<Digest> ReadSubject(const ResourceDescriptor& subject, const std::string& name,
                           std::string_view label) {
  CUPEL_TRY(const Digest digest, SubjectSha256(subject));
  // Whatever else the subject says would be signed without a meaning.
  if (subject != Subject(name, digest, label)) {
    return Broken(
        fmt::format("the subject must be \"{}\" labelled \"{}\", and hold nothing else", name, label));
  }
  return digest;
}

Json ToJson(const LedgerState& state) {
  return Json::Object{
      {"origin", state.origin}, {"size", std::to_string(state.size)}, {"rootHash", DigestSet(state.root)}};
}

Result<LedgerState> LedgerStateField(const Json& object, std::string_view member) {
  CUPEL_TRY(const Json* json, evidence::ObjectField(object, member));
  CUPEL_TRY_STATUS(evidence::OnlyMembers(*json, {"origin", "size", "rootHash"}));
  LedgerState state;
  CUPEL_TRY(state.origin, evidence::TextField(*json, "origin"));
  CUPEL_TRY(state.size, evidence::DecimalField(*json, "size"));
  CUPEL_TRY(state.root, DigestSetField(*json, "rootHash"));
  return state;
}

Json ToJson(const InputAttestation& input) {
  Json json = Json::Object{{"uri", input.uri}, {"digest", DigestSet(input.bundle)}, {"what", input.what}};
  if (!input.verdict.empty()) json["verdict"] = input.verdict;
  return json;
}

Result<InputAttestation> InputFromJson(const Json& json) {
  CUPEL_TRY_STATUS(evidence::OnlyMembers(json, {"uri", "digest", "what", "verdict"}));
  InputAttestation input;
  CUPEL_TRY(input.uri, evidence::TextField(json, "uri"));
  CUPEL_TRY(input.bundle, DigestSetField(json, "digest"));
  CUPEL_TRY(input.what, evidence::TextField(json, "what"));
  CUPEL_TRY(input.verdict, evidence::OptionalTextField(json, "verdict"));
  return input;
}

Status ReadInputs(const Json& predicate, Hallmark& hallmark) {
  CUPEL_TRY(const Json* inputs, evidence::ArrayField(predicate, "inputAttestations"));
  for (std::size_t i = 0; i < inputs->AsArray().size(); ++i) {
    auto input = InputFromJson(inputs->AsArray()[i]);
    if (!input) return FailAt(fmt::format("inputAttestations[{}]", i), std::move(input).error());
    hallmark.inputs.push_back(*std::move(input));
  }
  CUPEL_TRY(const Json* exceptions, evidence::ArrayField(predicate, "exceptions"));
  for (const Json& exception : exceptions->AsArray()) {
    CUPEL_TRY(const Digest digest, ReadDigestSet(exception));
    hallmark.exceptions.push_back(digest);
  }
  return {};
}

Status ReadAssessment(const Json& predicate, Hallmark& hallmark) {
  CUPEL_TRY(const Json* assessment, evidence::ObjectField(predicate, "assessment"));
  CUPEL_TRY_STATUS(evidence::OnlyMembers(*assessment, {"plan", "ledger"}));
  CUPEL_TRY(hallmark.plan, DigestSetField(*assessment, "plan"));
  CUPEL_TRY(hallmark.assessment, LedgerStateField(*assessment, "ledger"));
  CUPEL_TRY(hallmark.issued_into, LedgerStateField(predicate, "issuedInto"));
  CUPEL_TRY(const Json* policy, evidence::ObjectField(predicate, "policy"));
  CUPEL_TRY_STATUS(evidence::OnlyMembers(*policy, {"uri", "digest"}));
  CUPEL_TRY(hallmark.policy.uri, evidence::TextField(*policy, "uri"));
  CUPEL_TRY(hallmark.policy.digest, DigestSetField(*policy, "digest"));
  return {};
}

Status ReadPredicate(const Json& predicate, Hallmark& hallmark) {
  CUPEL_TRY_STATUS(evidence::OnlyMembers(
      predicate, {"id", "class", "conditions", "notBefore", "expires", "assessment", "issuedInto",
                  "inputAttestations", "exceptions", "policy", "renews"}));
  CUPEL_TRY(hallmark.id, evidence::TextField(predicate, "id"));
  CUPEL_TRY(const std::string risk, evidence::TextField(predicate, "class"));
  CUPEL_TRY(hallmark.risk, WithCode(ErrorCode::kCorrupt, ParseRiskClass(risk)));
  CUPEL_TRY(const Json* conditions, evidence::ObjectField(predicate, "conditions"));
  CUPEL_TRY(hallmark.conditions, Conditions::FromJson(*conditions));
  CUPEL_TRY(hallmark.not_before, TimeField(predicate, "notBefore"));
  CUPEL_TRY(hallmark.expires, TimeField(predicate, "expires"));
  CUPEL_TRY_STATUS(ReadAssessment(predicate, hallmark));
  CUPEL_TRY_STATUS(ReadInputs(predicate, hallmark));
  if (predicate.Find("renews") != nullptr) {
    CUPEL_TRY(hallmark.renews, DigestSetField(predicate, "renews"));
  }
  return {};
}

}  // namespace

Result<Statement> Hallmark::ToStatement() const {
  if (Status status = CheckRules(*this); !status) {
    status.error().code = ErrorCode::kInvalidArgument;
    return tl::make_unexpected(std::move(status).error());
  }
  Statement statement;
  statement.subjects = {Subject(model.name, model.file, kFileLabel),
                        Subject(model.name, model.root, kRootLabel)};
  statement.predicate_type = kHallmarkPredicate;
  Json& predicate = statement.predicate;
  predicate["id"] = id;
  predicate["class"] = RiskClassName(risk);
  predicate["conditions"] = conditions.ToJson();
  predicate["notBefore"] = FormatUtc(not_before);
  predicate["expires"] = FormatUtc(expires);
  predicate["assessment"] = Json::Object{{"plan", DigestSet(plan)}, {"ledger", ToJson(assessment)}};
  predicate["issuedInto"] = ToJson(issued_into);
  predicate["inputAttestations"] = Json::Array{};
  for (const InputAttestation& input : inputs) predicate["inputAttestations"].Append(ToJson(input));
  predicate["exceptions"] = Json::Array{};
  for (const Digest& exception : exceptions) predicate["exceptions"].Append(DigestSet(exception));
  predicate["policy"] = Json::Object{{"uri", policy.uri}, {"digest", DigestSet(policy.digest)}};
  if (renews) predicate["renews"] = DigestSet(*renews);
  return statement;
}

Result<Hallmark> Hallmark::FromStatement(const Statement& statement) {
  if (statement.predicate_type != kHallmarkPredicate) {
    return Fail(ErrorCode::kUnsupported, fmt::format("\"predicateType\" must be {}, got {}",
                                                     kHallmarkPredicate, statement.predicate_type));
  }
  if (statement.subjects.size() != 2)
    return Broken("a hallmark must have two subjects: the file and the root");
  Hallmark hallmark;
  hallmark.model.name = statement.subjects[0].name;
  CUPEL_TRY(hallmark.model.file, ReadSubject(statement.subjects[0], hallmark.model.name, kFileLabel));
  CUPEL_TRY(hallmark.model.root, ReadSubject(statement.subjects[1], hallmark.model.name, kRootLabel));
  if (Status status = ReadPredicate(statement.predicate, hallmark); !status) {
    return FailAt("predicate", std::move(status).error());
  }
  CUPEL_TRY_STATUS(CheckRules(hallmark));
  return hallmark;
}

Result<Hallmark> Hallmark::Parse(BytesView payload) {
  CUPEL_TRY(const Statement statement, ParseOneForm(payload, kHallmarkPredicate));
  CUPEL_TRY(Hallmark hallmark, FromStatement(statement));
  CUPEL_TRY(const Statement again, hallmark.ToStatement());
  if (again != statement) return Broken("the hallmark is not in its one form");
  return hallmark;
}

}  // namespace cupel::ledger::hallmark
