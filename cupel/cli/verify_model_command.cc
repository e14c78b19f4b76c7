// SPDX-License-Identifier: Apache-2.0
// cupel verify-model: is this the model that somebody signed?
#include <fmt/format.h>

#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/model_paths.h"
#include "cupel/ledger/identity/model_signature.h"

namespace cupel::cli {
namespace {

using ledger::identity::SignedModel;

struct Arguments {
  std::string model;
  std::string signature;
  std::string key;
  std::string trust;
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

Result<SignedModel> Open(const Arguments& arguments, const ledger::evidence::Bundle& bundle) {
  if (!arguments.key.empty()) {
    CUPEL_TRY(const crypto::PublicKey key, LoadVerifierKey(arguments.key));
    return ledger::identity::OpenModelSignature(bundle, std::span(&key, 1));
  }
  CUPEL_TRY(const auto policy, ledger::evidence::TrustPolicy::Load(arguments.trust));
  return ledger::identity::OpenModelSignature(bundle, policy);
}

Status VerifyModel(Session& session, const Arguments& arguments) {
  if (arguments.key.empty() == arguments.trust.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "expected either --key or --trust", "",
                "give the signer's public key, got from them and not from beside the model");
  }
  const std::string file =
      arguments.signature.empty() ? DefaultSignature(arguments.model) : arguments.signature;
  CUPEL_TRY(const std::string text, ReadTextFile(file));
  const auto bundle = ledger::identity::ParseModelSignature(text);
  if (!bundle) return FailAt(file, bundle.error());
  const auto opened = Open(arguments, *bundle);
  if (!opened) return FailAt(file, opened.error());
  CUPEL_TRY(const auto paths, ModelPathsOf(arguments.model, file));
  const ledger::identity::CompareOptions options{arguments.ignore_unsigned, arguments.ignore,
                                                 arguments.jobs > 0 ? arguments.jobs : AvailableProcessors()};
  CUPEL_TRY_STATUS(CompareModel(paths, opened->manifest, options));
  const std::string root = opened->manifest.Root().Hex();
  Json json;
  json["verified"] = true;
  json["model"] = opened->manifest.model_name;
  json["omsRoot"] = root;
  json["resources"] = opened->manifest.resources.size();
  json["signer"] = opened->signer.Id();
  json["curve"] = CurveName(opened->signer.curve());
  json["unsignedFilesIgnored"] = arguments.ignore_unsigned;
  session.Print(
      fmt::format("{} {}, {} signed parts, each as it was signed\nOMS root  {}\nsigned by {} ({})\n{}",
                  session.Styled("verified", "green"), opened->manifest.model_name,
                  opened->manifest.resources.size(), root, opened->signer.Id(),
                  CurveName(opened->signer.curve()),
                  arguments.ignore_unsigned ? "files that nobody signed may lie beside them\n" : ""),
      json);
  return {};
}

}  // namespace

void AddVerifyModel(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "verify-model", "Checks that a model is the one that was signed (OpenSSF Model Signing).",
      "  cupel verify-model model.onnx --key signer.pub.pem     # reads model.onnx.sig\n"
      "  cupel verify-model models/resnet --signature resnet.sig --trust trust.toml\n");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("model", arguments->model, "The model's file or folder")->required();
  command->add_option("--signature,-s", arguments->signature, "The signature (default: MODEL.sig)");
  command->add_option("--key", arguments->key, "The signer's public key, PEM: P-256, P-384 or P-521");
  command->add_option("--trust", arguments->trust, "Keys to believe: a trust.toml, or a folder of keys");
  command->add_flag("--ignore-unsigned", arguments->ignore_unsigned,
                    "Let files that nobody signed lie beside them");
  command->add_option("--ignore", arguments->ignore, "Path in the folder that is no part of the model");
  command->add_option("--jobs,-j", arguments->jobs, "Files hashed at a time")->check(CLI::Range(1, 1024));
  OnRun(command, session, [&session, arguments] { return VerifyModel(session, *arguments); });
}

}  // namespace cupel::cli
