// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/projection/signed_projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"

namespace cupel::application::projection {
namespace {

using ledger::evidence::Bundle;
using ledger::evidence::ResourceDescriptor;
using ledger::evidence::Statement;

constexpr std::string_view kEnding = ".sigstore.json";

/// The evidence in a file, by the word of somebody trusted.
Result<Source> Open(const std::filesystem::path& file, const Order& order) {
  CUPEL_TRY(const std::string text, ReadTextFile(file));
  const auto open = [&]() -> Result<Source> {
    CUPEL_TRY(const Bundle bundle, Bundle::Parse(text));
    CUPEL_TRY(auto opened, order.policy.Open(bundle));
    return Source{std::move(opened.statement),
                  ResourceDescriptor::OfSha256(file.filename().string(), crypto::Sha256(AsBytes(text)))};
  };
  auto source = open();
  if (!source) return FailAt(file.string(), std::move(source).error());
  return source;
}

Result<Bundle> Sign(const Statement& statement, const crypto::SigningKey& key) {
  CUPEL_TRY(Bytes payload, statement.ToPayload());
  return Bundle::Of(
      ledger::evidence::SignEnvelope(ledger::evidence::kStatementPayloadType, std::move(payload), key));
}

Result<std::vector<std::filesystem::path>> BundlesIn(const std::filesystem::path& folder) {
  std::error_code code;
  const bool is_run = std::filesystem::is_directory(folder / "evidence", code);
  const std::filesystem::path where = is_run ? folder / "evidence" : folder;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it(where, code), end; !code && it != end; it.increment(code)) {
    if (it->path().filename().string().ends_with(kEnding)) files.push_back(it->path());
  }
  if (code)
    return Fail(ErrorCode::kPermission, fmt::format("cannot list the folder: {}", code.message()),
                where.string());
  if (files.empty()) {
    return Fail(ErrorCode::kNotFound, fmt::format("the folder holds no evidence (*{})", kEnding),
                where.string(), "give the folder that `cupel assess` wrote");
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ProjectedName(const std::filesystem::path& source, Target target) {
  std::string stem = source.filename().string();
  stem.resize(stem.size() - kEnding.size());
  return fmt::format("{}.{}{}", stem, TargetName(target), kEnding);
}

}  // namespace

std::string_view TargetName(Target target) {
  switch (target) {
    case Target::kTestResult: return "test-result";
    case Target::kSvr: return "svr";
    case Target::kVsa: return "vsa";
  }
  return "unknown";
}

Result<Bundle> ProjectFile(const std::filesystem::path& file, const Order& order) {
  CUPEL_TRY(const Source source, Open(file, order));
  auto projected = Project(source, order.target, order.options);
  if (!projected) return FailAt(file.string(), std::move(projected).error());
  return Sign(*projected, order.key);
}

Result<FolderProjection> ProjectFolder(const std::filesystem::path& folder, const Order& order) {
  CUPEL_TRY(const auto files, BundlesIn(folder));
  FolderProjection all;
  for (const auto& file : files) {
    CUPEL_TRY(const Source source, Open(file, order));
    auto projected = Project(source, order.target, order.options);
    if (!projected && projected.error().code == ErrorCode::kUnsupported) {
      all.left_out.push_back({file, projected.error().message});
      continue;
    }
    if (!projected) return FailAt(file.string(), std::move(projected).error());
    CUPEL_TRY(Bundle bundle, Sign(*projected, order.key));
    all.made.push_back({file, ProjectedName(file, order.target), std::move(bundle)});
  }
  if (all.made.empty()) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("nothing in the folder can be said as {}; {}: {}", TargetName(order.target),
                            all.left_out[0].source.filename().string(), all.left_out[0].reason),
                folder.string());
  }
  return all;
}

}  // namespace cupel::application::projection
