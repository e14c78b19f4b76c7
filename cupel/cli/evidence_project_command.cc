// SPDX-License-Identifier: Apache-2.0
// cupel evidence project: the claims of one evidence file, or of a run's, in the words of other tools.
#include <fmt/format.h>

#include "cupel/application/assess/assessment.h"
#include "cupel/application/projection/signed_projection.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/cli/evidence_command.h"
#include "cupel/cli/text_table.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/evidence/trust_policy.h"

namespace cupel::cli {
namespace {

namespace projection = application::projection;
using ledger::evidence::Bundle;
using ledger::evidence::KeyRole;
using ledger::evidence::TrustPolicy;

struct Arguments {
  std::string source;
  std::string to;
  std::string trust;
  std::string key;
  std::string out;
  std::string resource_uri;
};

/// Whom to believe: the keys given, or else the key that signs the projection.
Result<TrustPolicy> PolicyFor(const Arguments& arguments, const crypto::SigningKey& key) {
  if (!arguments.trust.empty()) return TrustPolicy::Load(arguments.trust);
  TrustPolicy policy;
  CUPEL_TRY_STATUS(policy.Trust(KeyRole::kEvidence, key.Public()));
  return policy;
}

Status OneFile(Session& session, const Arguments& arguments, const projection::Order& order) {
  CUPEL_TRY(const Bundle bundle, ProjectFile(arguments.source, order));
  if (!arguments.out.empty()) return WriteFileAtomic(arguments.out, bundle.ToText());
  CUPEL_TRY(const Json json, Json::Parse(bundle.ToText()));
  session.Print(bundle.ToText(), json);
  return {};
}

Status WholeFolder(Session& session, const Arguments& arguments, const projection::Order& order) {
  if (arguments.out.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the projections of a folder are several files",
                arguments.source, "give --out FOLDER");
  }
  CUPEL_TRY(const auto all, ProjectFolder(arguments.source, order));
  CUPEL_TRY_STATUS(MakeFolder(arguments.out));
  TextTable table({"evidence", "projection"});
  Json json;
  json["to"] = TargetName(order.target);
  json["projections"] = Json::Array{};
  json["leftOut"] = Json::Array{};
  for (const auto& one : all.made) {
    const std::filesystem::path file = std::filesystem::path(arguments.out) / one.name;
    CUPEL_TRY_STATUS(WriteFileAtomic(file, one.bundle.ToText()));
    table.Add({one.source.string(), file.string()});
    json["projections"].Append(Json::Object{{"source", one.source.string()}, {"file", file.string()}});
  }
  std::string left_out;
  for (const auto& one : all.left_out) {
    left_out += fmt::format("left out  {}: {}\n", one.source.string(), one.reason);
    json["leftOut"].Append(Json::Object{{"source", one.source.string()}, {"reason", one.reason}});
  }
  session.Print(table.ToString() + (left_out.empty() ? "" : "\n" + left_out), json);
  return {};
}

Status Run(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const auto target, projection::ParseTarget(arguments.to));
  const std::filesystem::path key_file = arguments.key.empty()
                                             ? application::assess::KeyFiles::OfUser().evidence
                                             : std::filesystem::path(arguments.key);
  const bool is_folder = std::filesystem::is_directory(arguments.source);
  CUPEL_TRY(const crypto::SigningKey key, crypto::LoadSigningKey(key_file));
  CUPEL_TRY(const TrustPolicy policy, PolicyFor(arguments, key));
  const projection::Order order{target, {SystemClock().UnixSeconds(), arguments.resource_uri}, policy, key};
  return is_folder ? WholeFolder(session, arguments, order) : OneFile(session, arguments, order);
}

}  // namespace

void AddEvidenceProject(CLI::App& evidence, Session& session) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* project = AddCommand(
      evidence, "project", "Signs the same claim as a test result, an SVR or a SLSA verification summary.",
      "  cupel evidence project run/evidence/0001-inspect.pgd.sigstore.json --to test-result --out pgd.json\n"
      "  cupel evidence project run --to vsa --out summaries    # all of a run's evidence\n");
  project->add_option("source", arguments->source, "Evidence of a check, or the folder of a run")->required();
  project->add_option("--to", arguments->to, "test-result, svr or vsa")->required();
  project->add_option("--trust", arguments->trust, "Whose evidence to believe (default: the key that signs)");
  project->add_option("--key", arguments->key, "Private key, PEM, ECDSA P-256 (default: your evidence key)");
  project->add_option("--out,-o", arguments->out,
                      "File to write (default: stdout); for a folder: folder to write to");
  project->add_option("--resource-uri", arguments->resource_uri, "With vsa: URI of the model");
  OnRun(project, session, [&session, arguments] { return Run(session, *arguments); });
}

}  // namespace cupel::cli
