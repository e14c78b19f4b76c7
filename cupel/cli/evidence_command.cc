// SPDX-License-Identifier: Apache-2.0
// cupel evidence show|project: what a statement says, and the same in the words of other tools.
#include <fmt/format.h>

#include "cupel/application/assess/assessment.h"
#include "cupel/application/projection/projection.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/cli/command.h"
#include "cupel/cli/text_table.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/evidence/trust_policy.h"

namespace cupel::cli {
namespace {

using ledger::evidence::Bundle;
using ledger::evidence::KeyRole;
using ledger::evidence::ResourceDescriptor;
using ledger::evidence::Statement;
using ledger::evidence::TrustedStatement;
using ledger::evidence::TrustPolicy;

struct Arguments {
  std::string file;
  std::string trust;
  std::string to;
  std::string key;
  std::string out;
  std::string resource_uri;
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

std::string StatementText(const Statement& statement, const std::string& signer) {
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
  return text + fmt::format("signed by  {}\n", signer) + RequirementTable(statement.predicate);
}

Status Show(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const std::string text, ReadTextFile(arguments.file));
  CUPEL_TRY(const Bundle bundle, ParseFile(arguments.file, text));
  Json json;
  json["verified"] = !arguments.trust.empty();
  std::string signer = fmt::format("{} by its own word: give --trust to check", bundle.key_hint);
  if (!arguments.trust.empty()) {
    CUPEL_TRY(const TrustPolicy policy, TrustPolicy::Load(arguments.trust));
    CUPEL_TRY(const TrustedStatement opened, OpenWith(policy, arguments.file, bundle));
    signer = opened.signer.Id() + ", " + session.Styled("verified", "green");
  }
  auto statement = StatementIn(bundle.envelope);
  if (!statement) return FailAt(arguments.file, std::move(statement).error());
  json["keyHint"] = bundle.key_hint;
  CUPEL_TRY(json["statement"], Json::Parse(AsText(bundle.envelope.payload)));
  session.Print(StatementText(*statement, signer), json);
  return {};
}

/// Whom to believe: the keys given, or else the key that signs the projection.
Result<TrustPolicy> PolicyFor(const Arguments& arguments, const crypto::SigningKey& key) {
  if (!arguments.trust.empty()) return TrustPolicy::Load(arguments.trust);
  TrustPolicy policy;
  CUPEL_TRY_STATUS(policy.Trust(KeyRole::kEvidence, key.Public()));
  return policy;
}

Status ProjectFile(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const auto target, application::projection::ParseTarget(arguments.to));
  CUPEL_TRY(const std::string text, ReadTextFile(arguments.file));
  CUPEL_TRY(const Bundle bundle, ParseFile(arguments.file, text));
  const std::filesystem::path key_file = arguments.key.empty()
                                             ? application::assess::KeyFiles::OfUser().evidence
                                             : std::filesystem::path(arguments.key);
  CUPEL_TRY(const crypto::SigningKey key, crypto::LoadSigningKey(key_file));
  CUPEL_TRY(const TrustPolicy policy, PolicyFor(arguments, key));
  CUPEL_TRY(TrustedStatement opened, OpenWith(policy, arguments.file, bundle));
  const application::projection::Source source{
      std::move(opened.statement),
      ResourceDescriptor::OfSha256(std::filesystem::path(arguments.file).filename().string(),
                                   crypto::Sha256(AsBytes(text)))};
  auto projected = Project(source, target, {SystemClock().UnixSeconds(), arguments.resource_uri});
  if (!projected) return FailAt(arguments.file, std::move(projected).error());
  CUPEL_TRY(Bytes payload, projected->ToPayload());
  const Bundle out = Bundle::Of(
      ledger::evidence::SignEnvelope(ledger::evidence::kStatementPayloadType, std::move(payload), key));
  if (!arguments.out.empty()) return WriteFileAtomic(arguments.out, out.ToText());
  CUPEL_TRY(const Json json, Json::Parse(out.ToText()));
  session.Print(out.ToText(), json);
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

  CLI::App* project = AddCommand(
      *evidence, "project", "Signs the same claim as a test result, an SVR or a SLSA verification summary.",
      "  cupel evidence project run/evidence/0001-inspect.pgd.sigstore.json --to test-result --out "
      "pgd.json\n");
  project->add_option("file", arguments->file, "Evidence of a check")->required();
  project->add_option("--to", arguments->to, "test-result, svr or vsa")->required();
  project->add_option("--trust", arguments->trust, "Whose evidence to believe (default: the key that signs)");
  project->add_option("--key", arguments->key, "Private key, PEM, ECDSA P-256 (default: your evidence key)");
  project->add_option("--out,-o", arguments->out, "File to write (default: stdout)");
  project->add_option("--resource-uri", arguments->resource_uri, "With vsa: URI of the model");
  OnRun(project, session, [&session, arguments] { return ProjectFile(session, *arguments); });
}

}  // namespace cupel::cli
