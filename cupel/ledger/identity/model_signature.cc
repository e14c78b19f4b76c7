// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_signature.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <system_error>

#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/identity/hash_files.h"
#include "cupel/ledger/identity/model_files.h"
#include "cupel/ledger/identity/model_statement.h"
#include "cupel/ledger/identity/resource_name.h"

namespace cupel::ledger::identity {
namespace {

constexpr std::size_t kMostNamesShown = 5;

/// What was given to verify with must be of the bundle's method.
Status ExpectMethod(const ModelBundle& bundle, SigningMethod method) {
  if (bundle.method == method) return {};
  const char* remedy = "give the signer's public key";
  if (bundle.method == SigningMethod::kCertificate) remedy = "give the certificates that you trust";
  if (bundle.method == SigningMethod::kSigstore)
    remedy = "give Sigstore's trusted root, the signer's identity and its provider";
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("the signature is of the method \"{}\", and what was given to verify it of \"{}\"",
                          SigningMethodName(bundle.method), SigningMethodName(method)),
              "", remedy);
}

Result<SignedModel> Opened(const evidence::Bundle& bundle, const evidence::Statement& statement,
                           const crypto::PublicKey& signer) {
  if (bundle.key_hint != signer.Id()) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the signature names key {}, but key {} made it", bundle.key_hint, signer.Id()));
  }
  CUPEL_TRY(Manifest manifest, FromStatement(statement));
  return SignedModel{std::move(manifest), SigningMethod::kKey, signer};
}

std::string PathOf(const std::string& name, Method method) {
  return method == Method::kShards ? ParseShardName(name)->path : name;
}

/// The signed resources by name, "." replaced by the name of the model's file.
std::map<std::string, Bytes> Expected(const ModelPaths& model, const Manifest& manifest) {
  std::map<std::string, Bytes> expected;
  for (const Resource& resource : manifest.resources) {
    std::string name = resource.name;
    if (PathOf(name, manifest.serialization.method) == kOnlyFile) {
      name = model.path.filename().generic_string() + name.substr(kOnlyFile.size());
    }
    expected.emplace(std::move(name), resource.digest);
  }
  return expected;
}

/// The files to hash: everything signed, and unless `ignore_unsigned` everything there.
Result<std::vector<ModelFile>> FilesToCompare(const ModelPaths& model, const Manifest& manifest,
                                              const std::set<std::string>& signed_paths,
                                              const CompareOptions& options) {
  std::error_code code;
  const bool is_folder = std::filesystem::is_directory(model.path, code);
  const bool links = manifest.serialization.allow_symlinks;
  if (is_folder && !options.ignore_unsigned) {
    Serialization serialization = manifest.serialization;
    serialization.ignore_paths.insert(serialization.ignore_paths.end(), options.ignore_paths.begin(),
                                      options.ignore_paths.end());
    CUPEL_TRY(const std::vector<std::string> ignored, IgnoredPaths(model, serialization));
    return FilesOf(model, links, ignored);
  }
  std::set<std::string> names = signed_paths;
  if (!is_folder && !options.ignore_unsigned) {
    CUPEL_TRY(const std::vector<ModelFile> own, FilesOf(model, links, {}));
    for (const ModelFile& file : own) names.insert(file.name);
  }
  return FilesNamed(is_folder ? model.path : model.path.parent_path(), names, links);
}

/// What differs, by file.
class Differences {
 public:
  void Add(const char* kind, const std::string& path) { paths_[kind].insert(path); }

  Status ToStatus(const ModelPaths& model) const {
    std::vector<std::string> parts;
    for (const auto& [kind, paths] : paths_) {
      std::vector<std::string> shown(
          paths.begin(),
          std::next(paths.begin(), std::min<std::ptrdiff_t>(kMostNamesShown, std::ssize(paths))));
      if (paths.size() > shown.size()) shown.push_back(fmt::format("{} more", paths.size() - shown.size()));
      parts.push_back(fmt::format("{}: {}", kind, fmt::join(shown, ", ")));
    }
    if (parts.empty()) return {};
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the model is not the one that was signed ({})", fmt::join(parts, "; ")),
                model.path.string());
  }

 private:
  std::map<std::string, std::set<std::string>> paths_;
};

Status Compare(const ModelPaths& model, const Manifest& manifest, const CompareOptions& options) {
  const Method method = manifest.serialization.method;
  const std::map<std::string, Bytes> expected = Expected(model, manifest);
  std::set<std::string> signed_paths;
  for (const auto& [name, digest] : expected) signed_paths.insert(PathOf(name, method));
  CUPEL_TRY(const std::vector<ModelFile> files, FilesToCompare(model, manifest, signed_paths, options));
  std::set<std::string> present;
  for (const ModelFile& file : files) present.insert(file.name);
  Differences differences;
  for (const std::string& path : signed_paths) {
    if (!present.contains(path)) differences.Add("missing", path);
  }
  // A file of more shards than were signed is another one; a small shard size must not fill the memory.
  const auto has_too_many = [&](std::uint64_t bytes) {
    return method == Method::kShards && bytes > 0 &&
           (bytes - 1) / manifest.serialization.shard_size >= expected.size();
  };
  std::vector<ModelFile> hashed;
  for (const ModelFile& file : files) {
    if (!has_too_many(file.size)) {
      hashed.push_back(file);
    } else {
      differences.Add(signed_paths.contains(file.name) ? "changed" : "not signed", file.name);
    }
  }
  CUPEL_TRY(const std::vector<Resource> resources,
            HashFiles(hashed, manifest.serialization, options.workers));
  std::set<std::string> seen;
  for (const Resource& resource : resources) {
    seen.insert(resource.name);
    const std::string path = PathOf(resource.name, method);
    const auto it = expected.find(resource.name);
    if (it != expected.end() && it->second == resource.digest) continue;
    differences.Add(signed_paths.contains(path) ? "changed" : "not signed", path);
  }
  for (const auto& [name, digest] : expected) {
    const std::string path = PathOf(name, method);
    if (!seen.contains(name) && present.contains(path)) differences.Add("changed", path);
  }
  return differences.ToStatus(model);
}

}  // namespace

ModelBundle SignModel(const Manifest& manifest, const crypto::SigningKey& key) {
  ModelBundle bundle;
  bundle.bundle = evidence::Bundle::Of(evidence::SignEnvelope(
      evidence::kStatementPayloadType, ToStatement(manifest).ToPayload().value(), key));
  return bundle;
}

Result<ModelBundle> SignModel(const Manifest& manifest, const crypto::SigningKey& key,
                              std::span<const crypto::Certificate> chain, std::int64_t now) {
  if (chain.empty()) return Fail(ErrorCode::kInvalidArgument, "expected the signer's certificate");
  CUPEL_TRY(const crypto::PublicKey certified, chain[0].Key());
  if (certified != key.Public()) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the certificate \"{}\" is of another key than the one given", chain[0].Subject()));
  }
  Status usable = chain[0].CheckUse(crypto::CertificateUse::kSigning);
  if (usable) {
    const auto verified = VerifyChain(chain[0], chain.subspan(1), chain.last(1), now);
    if (!verified) usable = tl::make_unexpected(verified.error());
  }
  if (!usable) {
    usable.error().code = ErrorCode::kInvalidArgument;  // Nothing was proved false: nothing is signed yet.
    return tl::make_unexpected(std::move(usable).error());
  }
  ModelBundle bundle;
  bundle.method = SigningMethod::kCertificate;
  bundle.bundle.envelope = SignModel(manifest, key).bundle.envelope;
  bundle.bundle.envelope.signatures[0].key_id.clear();
  bundle.certificates.assign(chain.begin(), chain.end());
  return bundle;
}

Result<SignedModel> OpenModelSignature(const ModelBundle& bundle,
                                       std::span<const crypto::PublicKey> trusted) {
  CUPEL_TRY_STATUS(ExpectMethod(bundle, SigningMethod::kKey));
  CUPEL_TRY(const auto signers, bundle.bundle.envelope.Verify(trusted));
  CUPEL_TRY(const evidence::Statement statement, evidence::StatementIn(bundle.bundle.envelope));
  return Opened(bundle.bundle, statement, signers[0]);
}

Result<SignedModel> OpenModelSignature(const ModelBundle& bundle, const evidence::TrustPolicy& policy) {
  CUPEL_TRY_STATUS(ExpectMethod(bundle, SigningMethod::kKey));
  CUPEL_TRY(const evidence::TrustedStatement trusted, policy.Open(bundle.bundle));
  return Opened(bundle.bundle, trusted.statement, trusted.signer);
}

Result<SignedModel> OpenModelSignature(const ModelBundle& bundle, const CertificateTrust& trust) {
  CUPEL_TRY_STATUS(ExpectMethod(bundle, SigningMethod::kCertificate));
  const std::span<const crypto::Certificate> certificates = bundle.certificates;
  CUPEL_TRY_STATUS(certificates[0].CheckUse(crypto::CertificateUse::kSigning));
  CUPEL_TRY(const auto chain, VerifyChain(certificates[0], certificates.subspan(1), trust.anchors, trust.at));
  CUPEL_TRY(crypto::PublicKey key, certificates[0].Key());
  CUPEL_TRY(const auto signers, bundle.bundle.envelope.Verify({&key, 1}));
  CUPEL_TRY(const evidence::Statement statement, evidence::StatementIn(bundle.bundle.envelope));
  CUPEL_TRY(Manifest manifest, FromStatement(statement));
  return SignedModel{std::move(manifest), bundle.method, std::move(key), certificates[0].Subject()};
}

Result<SignedModel> OpenModelSignature(const ModelBundle& bundle, const SigstoreTrust& trust,
                                       const SigstoreIdentity& expected) {
  CUPEL_TRY_STATUS(ExpectMethod(bundle, SigningMethod::kSigstore));
  CUPEL_TRY(SigstoreSigner signer, VerifySigstore(bundle, trust, expected));
  CUPEL_TRY(const evidence::Statement statement, evidence::StatementIn(bundle.bundle.envelope));
  CUPEL_TRY(Manifest manifest, FromStatement(statement));
  return SignedModel{std::move(manifest), bundle.method, std::move(signer.key), expected.identity,
                     signer.signed_at};
}

Status CompareModel(const ModelPaths& model, const Manifest& manifest, const CompareOptions& options) {
  std::error_code code;
  if (!std::filesystem::exists(model.path, code)) {
    return Fail(ErrorCode::kNotFound, "no such model", model.path.string(), "check the path");
  }
  Status status = Compare(model, manifest, options);
  // A link, a pipe or a name that nobody could have signed: the model is not the signed one.
  if (!status &&
      (status.error().code == ErrorCode::kInvalidArgument || status.error().code == ErrorCode::kUnsupported ||
       status.error().code == ErrorCode::kNotFound)) {
    status.error().code = ErrorCode::kVerificationFailed;
  }
  return status;
}

}  // namespace cupel::ledger::identity
