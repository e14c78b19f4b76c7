// SPDX-License-Identifier: Apache-2.0
// cupel verify-model: is this the model that somebody signed?
#include <fmt/format.h>

#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/model_paths.h"
#include "cupel/ledger/identity/model_signature.h"

namespace cupel::cli {
namespace {

using ledger::identity::CertificateTrust;
using ledger::identity::ModelBundle;
using ledger::identity::SignedModel;
using ledger::identity::SigningMethod;
using ledger::identity::SigstoreTrust;

struct Arguments {
  std::string model;
  std::string signature;
  std::string key;
  std::string trust;
  std::vector<std::string> anchors;
  std::string trusted_root;
  std::string identity;
  std::string provider;
  bool ignore_unsigned = false;
  std::vector<std::string> ignore;
  int jobs = 0;
};

/// A key on any of the three curves of the specification.
Result<crypto::PublicKey> LoadVerifierKey(const std::string& path) {
  CUPEL_TRY(const std::string pem, ReadTextFile(path, 1 << 16));
  auto key = crypto::PublicKey::FromPemOfAnyCurve(pem);
  if (!key) return FailAt(path, std::move(key).error());
  return key;
}

Result<CertificateTrust> LoadAnchors(const std::vector<std::string>& files) {
  CertificateTrust trust{{}, SystemClock().UnixSeconds()};
  for (const std::string& file : files) {
    CUPEL_TRY(const std::string pem, ReadTextFile(file, 1 << 22));
    auto list = crypto::Certificate::ListFromPem(pem);
    if (!list) return FailAt(file, std::move(list).error());
    trust.anchors.insert(trust.anchors.end(), list->begin(), list->end());
  }
  return trust;
}

/// With whatever the caller gave: a key on any curve, a policy's evidence keys, certificates, or a trusted
/// root. What is wrong with the signature is said of its file.
Result<SignedModel> OpenWith(const Arguments& arguments, const std::string& file, const ModelBundle& bundle) {
  const auto at_file = [&](Result<SignedModel> opened) -> Result<SignedModel> {
    if (!opened) return FailAt(file, std::move(opened).error());
    return opened;
  };
  if (!arguments.key.empty()) {
    CUPEL_TRY(const crypto::PublicKey key, LoadVerifierKey(arguments.key));
    return at_file(OpenModelSignature(bundle, std::span(&key, 1)));
  }
  if (!arguments.trust.empty()) {
    CUPEL_TRY(const auto policy, ledger::evidence::TrustPolicy::Load(arguments.trust));
    return at_file(OpenModelSignature(bundle, policy));
  }
  if (!arguments.anchors.empty()) {
    CUPEL_TRY(const CertificateTrust trust, LoadAnchors(arguments.anchors));
    return at_file(OpenModelSignature(bundle, trust));
  }
  CUPEL_TRY(const std::string root, ReadTextFile(arguments.trusted_root));
  const auto trust = SigstoreTrust::Parse(root);
  if (!trust) return FailAt(arguments.trusted_root, trust.error());
  return at_file(OpenModelSignature(bundle, *trust, {arguments.identity, arguments.provider}));
}

Status CheckArguments(const Arguments& arguments) {
  const int given = static_cast<int>(!arguments.key.empty()) + static_cast<int>(!arguments.trust.empty()) +
                    static_cast<int>(!arguments.anchors.empty()) +
                    static_cast<int>(!arguments.trusted_root.empty());
  if (given != 1) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected one of --key, --trust, --certificate-anchors and --trusted-root", "",
                "give the signer's public key, got from them and not from beside the model");
  }
  if (arguments.trusted_root.empty() != (arguments.identity.empty() && arguments.provider.empty()) ||
      arguments.identity.empty() != arguments.provider.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "--trusted-root, --identity and --identity-provider go together",
                "", "say who must have signed, and whose word that is");
  }
  return {};
}

std::string SignerText(const SignedModel& opened) {
  std::string text = fmt::format("signed by {} ({})\n", opened.signer.Id(), CurveName(opened.signer.curve()));
  if (opened.method == SigningMethod::kCertificate) text += fmt::format("named     {}\n", opened.identity);
  if (opened.method == SigningMethod::kSigstore)
    text += fmt::format("named     {}, logged {}\n", opened.identity, FormatUtc(opened.signed_at));
  return text;
}

Status VerifyModel(Session& session, const Arguments& arguments) {
  CUPEL_TRY_STATUS(CheckArguments(arguments));
  const std::string file =
      arguments.signature.empty() ? DefaultSignature(arguments.model) : arguments.signature;
  CUPEL_TRY(const std::string text, ReadTextFile(file));
  const auto bundle = ModelBundle::Parse(text);
  if (!bundle) return FailAt(file, bundle.error());
  CUPEL_TRY(const SignedModel opened, OpenWith(arguments, file, *bundle));
  CUPEL_TRY(const auto paths, ModelPathsOf(arguments.model, file));
  const ledger::identity::CompareOptions options{arguments.ignore_unsigned, arguments.ignore,
                                                 arguments.jobs > 0 ? arguments.jobs : AvailableProcessors()};
  CUPEL_TRY_STATUS(CompareModel(paths, opened.manifest, options));
  const std::string root = opened.manifest.Root().Hex();
  Json json;
  json["verified"] = true;
  json["model"] = opened.manifest.model_name;
  json["omsRoot"] = root;
  json["resources"] = opened.manifest.resources.size();
  json["signer"] = opened.signer.Id();
  json["curve"] = CurveName(opened.signer.curve());
  json["method"] = SigningMethodName(opened.method);
  if (!opened.identity.empty()) json["identity"] = opened.identity;
  if (opened.method == SigningMethod::kSigstore) json["signedAt"] = FormatUtc(opened.signed_at);
  json["unsignedFilesIgnored"] = arguments.ignore_unsigned;
  session.Print(
      fmt::format("{} {}, {} signed parts, each as it was signed\nOMS root  {}\n{}{}",
                  session.Styled("verified", "green"), opened.manifest.model_name,
                  opened.manifest.resources.size(), root, SignerText(opened),
                  arguments.ignore_unsigned ? "files that nobody signed may lie beside them\n" : ""),
      json);
  return {};
}

}  // namespace

void AddVerifyModel(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "verify-model", "Checks that a model is the one that was signed (OpenSSF Model Signing).",
      "  cupel verify-model model.onnx --key signer.pub.pem     # reads model.onnx.sig\n"
      "  cupel verify-model models/resnet --signature resnet.sig --trust trust.toml\n"
      "  cupel verify-model model.onnx --certificate-anchors root.pem\n"
      "  cupel verify-model model.onnx --trusted-root trusted_root.json --identity me@example.com \\\n"
      "      --identity-provider https://accounts.example.com\n");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("model", arguments->model, "The model's file or folder")->required();
  command->add_option("--signature,-s", arguments->signature, "The signature (default: MODEL.sig)");
  command->add_option("--key", arguments->key, "The signer's public key, PEM: P-256, P-384 or P-521");
  command->add_option("--trust", arguments->trust, "Keys to believe: a trust.toml, or a folder of keys");
  command->add_option("--certificate-anchors", arguments->anchors,
                      "Certificates to believe, PEM, for a model signed with a certificate");
  command->add_option("--trusted-root", arguments->trusted_root,
                      "Sigstore's trusted_root.json, for a model signed by Sigstore");
  command->add_option("--identity", arguments->identity, "Who must have signed by Sigstore");
  command->add_option("--identity-provider", arguments->provider, "Whose word the identity is (an URL)");
  command->add_flag("--ignore-unsigned", arguments->ignore_unsigned,
                    "Let files that nobody signed lie beside them");
  command->add_option("--ignore", arguments->ignore, "Path in the folder that is no part of the model");
  command->add_option("--jobs,-j", arguments->jobs, "Files hashed at a time")->check(CLI::Range(1, 1024));
  OnRun(command, session, [&session, arguments] { return VerifyModel(session, *arguments); });
}

}  // namespace cupel::cli
