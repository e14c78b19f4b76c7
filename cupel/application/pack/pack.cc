// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/pack.h"

#include <fmt/format.h>

#include <set>

#include "cupel/application/assess/temporary_folder.h"
#include "cupel/application/pack/claims.h"
#include "cupel/application/pack/companions.h"
#include "cupel/application/pack/verify_script.h"
#include "cupel/application/pack/zip.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"

namespace cupel::application::pack {
namespace {

using assess::RunFolder;
using assess::Verification;

constexpr const char* kGuideName = "VERIFY.md";

tl::unexpected<Error> False(std::string message, std::string place) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), std::move(place));
}

/// Every regular file below `folder`, by its name relative to it. Errors: kVerificationFailed for links and
/// the like.
Result<std::set<std::string>> FilesBelow(const std::filesystem::path& folder) {
  std::set<std::string> names;
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    const std::string name = it->path().lexically_relative(folder).generic_string();
    const auto status = it->symlink_status();
    if (std::filesystem::is_directory(status)) continue;
    if (!std::filesystem::is_regular_file(status)) return False("neither a file nor a folder", name);
    names.insert(name);
  }
  if (code)
    return Fail(ErrorCode::kPermission, fmt::format("cannot list: {}", code.message()), folder.string());
  return names;
}

/// What VERIFY.md must be when the pack holds exactly these files.
Result<std::string> GuideFor(const RunFolder& run, const std::map<std::string, Digest>& digests) {
  CUPEL_TRY(const std::string text, ReadTextFile(run.FrozenPlan()));
  CUPEL_TRY(const Json plan, Json::Parse(text));
  CUPEL_TRY(const std::string title, plan.StringAt("name"));
  return VerifyGuide(digests, title);
}

/// The model's name in the pack, after its digest was compared with the plan's.
Result<std::string> ModelEntry(const RunFolder& run, const std::filesystem::path& model) {
  CUPEL_TRY(const Json assessed, AssessedFile(run));
  CUPEL_TRY(const Digest digest, crypto::Sha256OfFile(model));
  if (Json(digest.Hex()) != assessed["sha256"]) {
    return Fail(ErrorCode::kVerificationFailed, "not the model that was assessed", model.string(),
                fmt::format("give the file whose SHA-256 is {}", assessed["sha256"].AsString()));
  }
  return ModelName(assessed);
}

Result<Verification> VerifyAll(const RunFolder& run, const assess::VerifyOptions& options) {
  CUPEL_TRY(Verification verification, VerifyRun(run, options));
  CUPEL_TRY_STATUS(CheckClaims(run));
  return verification;
}

}  // namespace

Result<WrittenPack> WritePack(const RunFolder& run, const std::filesystem::path& out,
                              const PackOptions& options) {
  std::error_code code;
  if (std::filesystem::exists(out, code)) {
    return Fail(ErrorCode::kInvalidArgument, "the file exists", out.string(),
                "give another name, or remove it");
  }
  CUPEL_TRY_STATUS(VerifyAll(run, {}));
  std::map<std::string, ZipContent> entries;
  std::map<std::string, Digest> digests;
  CUPEL_TRY(const auto names, FilesBelow(run.root()));
  for (const std::string& name : names) entries["run/" + name] = run.root() / name;
  if (options.model) {
    CUPEL_TRY(const std::string name, ModelEntry(run, *options.model));
    entries[name] = *options.model;
  }
  for (const auto& [name, content] : entries) {
    CUPEL_TRY(digests[name], crypto::Sha256OfFile(std::get<std::filesystem::path>(content)));
  }
  CUPEL_TRY(const auto companions, Companions(run));
  for (const auto& [name, text] : companions) {
    entries[name] = text;
    digests[name] = crypto::Sha256(AsBytes(text));
  }
  CUPEL_TRY(entries[kGuideName], GuideFor(run, digests));
  CUPEL_TRY_STATUS(WriteZip(out, entries));
  WrittenPack written;
  written.files = static_cast<std::int64_t>(entries.size());
  written.bytes = std::filesystem::file_size(out, code);
  CUPEL_TRY(written.sha256, crypto::Sha256OfFile(out));
  return written;
}

Result<Verification> VerifyUnpacked(const std::filesystem::path& folder,
                                    const assess::VerifyOptions& options) {
  const RunFolder run(folder / "run");
  CUPEL_TRY(auto files, FilesBelow(folder));
  if (!files.contains(kGuideName) || !std::filesystem::is_directory(run.root())) {
    return Fail(ErrorCode::kNotFound, "no audit pack: VERIFY.md or run/ is missing", "",
                "give a file that `cupel export --audit` wrote");
  }
  auto verification = VerifyAll(run, options);
  if (!verification) return FailAt("run", std::move(verification).error());
  CUPEL_TRY(const auto companions, Companions(run));
  CUPEL_TRY(const Json assessed, AssessedFile(run));
  const std::string model = ModelName(assessed);
  std::map<std::string, Digest> digests;
  for (const std::string& name : files) {
    if (name == kGuideName) continue;
    CUPEL_TRY(const Digest digest, crypto::Sha256OfFile(folder / name));
    digests[name] = digest;
    if (name.starts_with("run/")) continue;
    if (name == model) {
      if (Json(digest.Hex()) != assessed["sha256"]) return False("not the model that was assessed", name);
    } else if (!companions.contains(name)) {
      return False("no part of an audit pack", name);
    } else if (digest != crypto::Sha256(AsBytes(companions.at(name)))) {
      return False(VerifyScripts().contains(name)
                       ? "not the verifier that this version of Cupel writes: changed, or of another version"
                       : "not what the run gives for it",
                   name);
    }
  }
  for (const auto& [name, text] : companions) {
    if (!files.contains(name)) return False("the file is missing", name);
  }
  CUPEL_TRY(const std::string guide, GuideFor(run, digests));
  CUPEL_TRY(const std::string found, ReadTextFile(folder / kGuideName));
  if (guide != found) return False("its text or its digests are not those of this pack", kGuideName);
  verification->files = static_cast<std::int64_t>(files.size());
  return *std::move(verification);
}

Result<Verification> VerifyPack(const std::filesystem::path& zip, const assess::VerifyOptions& options) {
  CUPEL_TRY(const auto temporary, assess::TemporaryFolder::Create("pack"));
  CUPEL_TRY_STATUS(ExtractZip(zip, temporary->path()));
  auto verification = VerifyUnpacked(temporary->path(), options);
  if (!verification) return FailAt(zip.string(), std::move(verification).error());
  return verification;
}

bool LooksUnpacked(const std::filesystem::path& folder) {
  std::error_code code;
  return std::filesystem::exists(folder / kGuideName, code) &&
         std::filesystem::is_directory(folder / "run", code);
}

}  // namespace cupel::application::pack
