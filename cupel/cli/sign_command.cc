// SPDX-License-Identifier: Apache-2.0
// cupel sign: signs a model by OpenSSF Model Signing, so that others can tell it from another one.
#include <fmt/format.h>

#include "cupel/application/assess/assessment.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/model_paths.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/identity/model_signature.h"

namespace cupel::cli {
namespace {

using ledger::identity::HashType;
using ledger::identity::Manifest;
using ledger::identity::Method;
using ledger::identity::ModelBundle;

struct Arguments {
  std::string model;
  std::string key;
  std::string out;
  std::string public_key;
  std::string certificate;
  std::vector<std::string> chain;
  std::string hash = "sha256";
  bool shards = false;
  bool allow_symlinks = false;
  std::vector<std::string> ignore;
  int jobs = 0;
};

/// The signer's certificate and its issuers, in the order of the files.
Result<std::vector<crypto::Certificate>> LoadChain(const Arguments& arguments) {
  std::vector<std::string> files = {arguments.certificate};
  files.insert(files.end(), arguments.chain.begin(), arguments.chain.end());
  std::vector<crypto::Certificate> chain;
  for (const std::string& file : files) {
    CUPEL_TRY(const std::string pem, ReadTextFile(file, 1 << 22));
    auto list = crypto::Certificate::ListFromPem(pem);
    if (!list) return FailAt(file, std::move(list).error());
    chain.insert(chain.end(), list->begin(), list->end());
  }
  return chain;
}

Result<ModelBundle> Signed(const Arguments& arguments, const Manifest& manifest,
                           const crypto::SigningKey& key) {
  if (arguments.certificate.empty()) return SignModel(manifest, key);
  CUPEL_TRY(const auto chain, LoadChain(arguments));
  return SignModel(manifest, key, chain, SystemClock().UnixSeconds());
}

Status CheckArguments(const Arguments& arguments) {
  if (arguments.certificate.empty() && !arguments.chain.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "--chain needs --certificate", "",
                "give the certificate of the key that signs");
  }
  if (!arguments.certificate.empty() && arguments.key.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "--certificate needs --key", "",
                "give the private key that the certificate is of");
  }
  return {};
}

Status Sign(Session& session, const Arguments& arguments) {
  CUPEL_TRY_STATUS(CheckArguments(arguments));
  const std::string out = arguments.out.empty() ? DefaultSignature(arguments.model) : arguments.out;
  CUPEL_TRY(const auto paths, ModelPathsOf(arguments.model, out));
  ledger::identity::Serialization serialization;
  serialization.method = arguments.shards ? Method::kShards : Method::kFiles;
  serialization.allow_symlinks = arguments.allow_symlinks;
  serialization.ignore_paths = arguments.ignore;
  serialization.hash = arguments.hash == "blake2b" ? HashType::kBlake2b : HashType::kSha256;
  const int workers = arguments.jobs > 0 ? arguments.jobs : AvailableProcessors();
  CUPEL_TRY(const Manifest manifest, BuildManifest(paths, serialization, workers));
  if (arguments.allow_symlinks) {
    for (const std::string& path : PathsOutside(paths, manifest))
      session.Say(
          fmt::format("warning: {} lies outside the model's folder, a symbolic link leads there", path));
  }
  const std::filesystem::path key_file = arguments.key.empty()
                                             ? application::assess::KeyFiles::OfUser().evidence
                                             : std::filesystem::path(arguments.key);
  // A key that somebody names must be there; the user's own is made on first use.
  CUPEL_TRY(const crypto::SigningKey key, arguments.key.empty() ? crypto::LoadOrCreateSigningKey(key_file)
                                                                : crypto::LoadSigningKey(key_file));
  CUPEL_TRY(const ModelBundle bundle, Signed(arguments, manifest, key));
  CUPEL_TRY_STATUS(WriteFileAtomic(out, bundle.ToText()));
  if (!arguments.public_key.empty())
    CUPEL_TRY_STATUS(crypto::SavePublicKey(arguments.public_key, key.Public()));
  Json json;
  json["model"] = manifest.model_name;
  json["omsRoot"] = manifest.Root().Hex();
  json["resources"] = manifest.resources.size();
  json["signature"] = out;
  json["signer"] = key.Public().Id();
  json["method"] = SigningMethodName(bundle.method);
  session.Print(
      fmt::format("signed    {}, {} {}\nOMS root  {}\nkey       {}\nwrote     {}\n", manifest.model_name,
                  manifest.resources.size(), arguments.shards ? "shards" : "files", manifest.Root().Hex(),
                  key.Public().Id(), out),
      json);
  return {};
}

}  // namespace

void AddSign(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "sign", "Signs a model's files (OpenSSF Model Signing v1.0).",
                 "  cupel sign model.onnx                 # writes model.onnx.sig\n"
                 "  cupel sign models/resnet --out models/resnet/model.sig\n"
                 "  cupel sign model.onnx --certificate me.pem --chain ca.pem --key me.key\n");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("model", arguments->model, "A model's file (external data is included) or folder")
      ->required();
  command->add_option("--key", arguments->key, "Private key, PEM, ECDSA P-256 (default: your evidence key)");
  command->add_option("--out,-o", arguments->out, "Signature to write (default: MODEL.sig)");
  command->add_option("--public", arguments->public_key, "Also write the public key, for those who verify");
  command->add_option("--certificate", arguments->certificate, "Your certificate of the key, PEM");
  command->add_option("--chain", arguments->chain, "Certificates of its issuers, PEM, nearest first");
  command->add_option("--hash", arguments->hash, "sha256 (every verifier reads it) or blake2b")
      ->check(CLI::IsMember({"sha256", "blake2b"}));
  command->add_flag("--shards", arguments->shards, "Hash pieces of 1 GB each, on many cores");
  command->add_flag("--allow-symlinks", arguments->allow_symlinks,
                    "Follow symbolic links instead of refusing them");
  command->add_option("--ignore", arguments->ignore, "Path in the folder that is no part of the model");
  command->add_option("--jobs,-j", arguments->jobs, "Files hashed at a time")->check(CLI::Range(1, 1024));
  OnRun(command, session, [&session, arguments] { return Sign(session, *arguments); });
}

}  // namespace cupel::cli
