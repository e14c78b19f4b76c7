// SPDX-License-Identifier: Apache-2.0
// cupel evidence show: what a statement says, who signed it, and when its signature was seen.
#include "cupel/cli/evidence_command.h"

#include <fmt/format.h>

#include <optional>

#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/cli/text_table.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/stamp/stamp.h"

namespace cupel::cli {
namespace {

using ledger::evidence::Bundle;
using ledger::evidence::ResourceDescriptor;
using ledger::evidence::Statement;
using ledger::evidence::TrustedStatement;
using ledger::evidence::TrustPolicy;
using ledger::stamp::Stamp;

struct Arguments {
  std::string file;
  std::string trust;
};

Result<Bundle> ParseFile(const std::string& file, const std::string& text) {
  auto bundle = Bundle::Parse(text);
  if (!bundle) return FailAt(file, std::move(bundle).error());
  return bundle;
}

Result<TrustedStatement> OpenWith(const TrustPolicy& policy, const std::string& file, const Bundle& bundle) {
  auto opened = policy.Open(bundle);
  if (!opened) return FailAt(file, std::move(opened).error());
  return opened;
}

std::string RequirementTable(const Json& predicate) {
  const Json* requirements = predicate.Find("requirements");
  if (requirements == nullptr || !requirements->IsArray() || requirements->AsArray().empty()) return "";
  TextTable table({"requirement", "compared", "bound", "verdict"});
  for (const Json& item : requirements->AsArray()) {
    const auto text = [&](const char* member) {
      return item[member].IsString() ? item[member].AsString() : item[member].Canonical();
    };
    table.Add({fmt::format("{} {} {}", text("metric"), text("comparator"), text("threshold")),
               text("compared"), text("bound"), text("verdict")});
  }
  return "\n" + table.ToString();
}

std::string StampText(const Session& session, const Stamp& stamp) {
  return fmt::format("stamped    {}{}\n", FormatUtc(stamp.unix_seconds),
                     stamp.verified ? ", " + session.Styled("verified", "green")
                                    : " by its own word: no time-stamp authority is trusted");
}

Json StampsJson(const std::vector<Stamp>& stamps) {
  Json json = Json::Array{};
  for (const Stamp& stamp : stamps) {
    json.Append(Json::Object{{"time", FormatUtc(stamp.unix_seconds)},
                             {"verified", stamp.verified},
                             {"file", stamp.file.string()}});
  }
  return json;
}

std::string StatementText(const Statement& statement, const std::string& signer, const std::string& stamps) {
  std::string text = fmt::format("type       {}\n", statement.predicate_type);
  for (const ResourceDescriptor& subject : statement.subjects) {
    for (const auto& [algorithm, hex] : subject.digest) {
      text += fmt::format("about      {} {}:{}\n", subject.name, algorithm, hex);
    }
  }
  const Json& check = statement.predicate["check"]["id"];
  if (check.IsString()) text += fmt::format("check      {}\n", check.AsString());
  const Json& verdict = statement.predicate["verdict"];
  if (verdict.IsString()) text += fmt::format("verdict    {}\n", verdict.AsString());
  return text + fmt::format("signed by  {}\n", signer) + stamps + RequirementTable(statement.predicate);
}

Status Show(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const std::string text, ReadTextFile(arguments.file));
  CUPEL_TRY(const Bundle bundle, ParseFile(arguments.file, text));
  Json json;
  json["verified"] = !arguments.trust.empty();
  std::optional<crypto::TimestampAuthority> stampers;
  std::string signer = fmt::format("{} by its own word: give --trust to check", bundle.key_hint);
  if (!arguments.trust.empty()) {
    CUPEL_TRY(const TrustPolicy policy, TrustPolicy::Load(arguments.trust));
    CUPEL_TRY(const TrustedStatement opened, OpenWith(policy, arguments.file, bundle));
    stampers = policy.Timestamps();
    signer = opened.signer.Id() + ", " + session.Styled("verified", "green");
  }
  auto statement = StatementIn(bundle.envelope);
  if (!statement) return FailAt(arguments.file, std::move(statement).error());
  CUPEL_TRY(const std::vector<Stamp> stamps, ledger::stamp::StampsOf(arguments.file, stampers));
  std::string stamp_text;
  for (const Stamp& stamp : stamps) stamp_text += StampText(session, stamp);
  json["keyHint"] = bundle.key_hint;
  json["timestamps"] = StampsJson(stamps);
  CUPEL_TRY(json["statement"], Json::Parse(AsText(bundle.envelope.payload)));
  session.Print(StatementText(*statement, signer, stamp_text), json);
  return {};
}

}  // namespace

void AddEvidence(CLI::App& app, Session& session) {
  CLI::App* evidence = AddCommand(app, "evidence", "Shows signed statements and writes them for other tools.",
                                  "  cupel evidence show run/evidence/0001-inspect.pgd.sigstore.json\n");
  evidence->require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  CLI::App* show =
      AddCommand(*evidence, "show", "Prints what a signed statement says.",
                 "  cupel evidence show run/evidence/0001-inspect.pgd.sigstore.json --trust run/keys\n");
  show->add_option("file", arguments->file, "A bundle (*.sigstore.json)")->required();
  show->add_option("--trust", arguments->trust, "Keys to believe: a trust.toml, or a folder of keys");
  OnRun(show, session, [&session, arguments] { return Show(session, *arguments); });

  AddEvidenceProject(*evidence, session);
  AddEvidenceTimestamp(*evidence, session);
}

}  // namespace cupel::cli
