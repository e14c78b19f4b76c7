// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "cupel/ledger/identity/resource_name.h"

namespace cupel::ledger::identity {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultIgnored[] = {".git", ".gitattributes", ".github", ".gitignore"};

Error SystemError(const std::error_code& code, std::string_view action, const fs::path& path) {
  const bool absent = code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory;
  return {absent ? ErrorCode::kNotFound : ErrorCode::kPermission,
          fmt::format("cannot {}: {}", action, code.message()), path.string(), "check the path"};
}

tl::unexpected<Error> LinkForbidden(const fs::path& path) {
  return Fail(ErrorCode::kInvalidArgument, "the model holds a symbolic link", path.string(),
              "replace it by the file, or allow symbolic links");
}

Result<ModelFile> FileAt(std::string name, const fs::path& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) {
    return tl::make_unexpected(
        SystemError(std::make_error_code(std::errc::no_such_file_or_directory), "find the file", path));
  }
  if (!fs::is_regular_file(status)) {
    return Fail(ErrorCode::kUnsupported, "neither a regular file nor a folder", path.string());
  }
  const std::uint64_t size = fs::file_size(path, code);
  if (code) return tl::make_unexpected(SystemError(code, "read the file's size", path));
  return ModelFile{std::move(name), path, size};
}

/// Walks a folder; remembers the folders it is in, so that a link which leads in a circle is noticed.
class Walk {
 public:
  Walk(bool allow_symlinks, const std::vector<std::string>& ignored)
      : allow_symlinks_(allow_symlinks), ignored_(ignored) {}

  Status Enter(const fs::path& folder, const std::string& prefix) {
    std::error_code code;
    const fs::path real = fs::canonical(folder, code);
    if (code) return tl::make_unexpected(SystemError(code, "open the folder", folder));
    if (std::find(open_.begin(), open_.end(), real) != open_.end()) {
      return Fail(ErrorCode::kInvalidArgument, "a symbolic link leads back to a folder that it is in",
                  folder.string(), "remove the link");
    }
    open_.push_back(real);
    fs::directory_iterator it(folder, code);
    for (const fs::directory_iterator end; !code && it != end; it.increment(code)) {
      CUPEL_TRY_STATUS(Visit(it->path(), prefix));
    }
    if (code) return tl::make_unexpected(SystemError(code, "list the folder", folder));
    open_.pop_back();
    return {};
  }

  std::vector<ModelFile> files;

 private:
  Status Visit(const fs::path& path, const std::string& prefix) {
    const std::string raw = prefix + path.filename().string();
    if (IsIgnored(raw, ignored_)) return {};
    CUPEL_TRY(std::string name, CanonicalName(raw));
    std::error_code code;
    if (!allow_symlinks_ && fs::is_symlink(fs::symlink_status(path, code))) return LinkForbidden(path);
    if (fs::is_directory(fs::status(path, code))) return Enter(path, name + "/");
    CUPEL_TRY(ModelFile file, FileAt(std::move(name), path));
    files.push_back(std::move(file));
    return {};
  }

  bool allow_symlinks_;
  const std::vector<std::string>& ignored_;
  std::vector<fs::path> open_;
};

/// The first symbolic link on the way from `folder` to `name`, or "".
fs::path LinkOnTheWay(const fs::path& folder, const std::string& name) {
  fs::path at = folder;
  std::error_code code;
  for (const fs::path& part : fs::path(name)) {
    at /= part;
    if (fs::is_symlink(fs::symlink_status(at, code))) return at;
  }
  return {};
}

/// The model's file and its external data.
Result<std::set<std::string>> NamesBeside(const ModelPaths& model) {
  std::set<std::string> names;
  CUPEL_TRY(std::string own, CanonicalName(model.path.filename().generic_string()));
  names.insert(std::move(own));
  for (const fs::path& given : model.external_data) {
    CUPEL_TRY(std::string name, CanonicalName(given.generic_string()));
    names.insert(std::move(name));
  }
  return names;
}

}  // namespace

std::string ModelName(const fs::path& path) {
  fs::path name = path.filename();
  if (name.empty()) name = path.parent_path().filename();
  if (!name.empty() && name != "." && name != "..") return name.string();
  std::error_code code;
  return fs::weakly_canonical(path, code).filename().string();
}

Result<std::vector<std::string>> IgnoredPaths(const ModelPaths& model, const Serialization& serialization) {
  std::error_code code;
  if (!fs::is_directory(model.path, code)) return std::vector<std::string>{};
  std::vector<std::string> ignored(std::begin(kDefaultIgnored), std::end(kDefaultIgnored));
  for (const std::string& entry : serialization.ignore_paths) {
    CUPEL_TRY(std::string canonical, CanonicalIgnorePath(entry));
    ignored.push_back(std::move(canonical));
  }
  if (!model.signature.empty()) {
    // Where the folder and the signature really are, however they were given.
    const fs::path relative = fs::weakly_canonical(fs::absolute(model.signature, code), code)
                                  .lexically_relative(fs::canonical(model.path, code));
    auto name = CanonicalName(relative.generic_string());
    if (name) ignored.push_back(*std::move(name));
  }
  std::sort(ignored.begin(), ignored.end());
  ignored.erase(std::unique(ignored.begin(), ignored.end()), ignored.end());
  return ignored;
}

Result<std::vector<ModelFile>> FilesOf(const ModelPaths& model, bool allow_symlinks,
                                       const std::vector<std::string>& ignored) {
  std::error_code code;
  const fs::file_status status = fs::status(model.path, code);
  if (!fs::exists(status)) {
    return Fail(ErrorCode::kNotFound, "no such model", model.path.string(), "check the path");
  }
  if (!allow_symlinks && fs::is_symlink(fs::symlink_status(model.path, code))) {
    return LinkForbidden(model.path);
  }
  std::vector<ModelFile> files;
  if (fs::is_directory(status)) {
    Walk walk(allow_symlinks, ignored);
    CUPEL_TRY_STATUS(walk.Enter(model.path, ""));
    files = std::move(walk.files);
  } else {
    CUPEL_TRY(const std::set<std::string> names, NamesBeside(model));
    CUPEL_TRY(files, FilesNamed(model.path.parent_path(), names, allow_symlinks));
    for (const std::string& name : names) {
      if (std::none_of(files.begin(), files.end(),
                       [&](const ModelFile& file) { return file.name == name; })) {
        return Fail(ErrorCode::kNotFound, "the model's file is missing",
                    (model.path.parent_path() / name).string());
      }
    }
  }
  if (files.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the model has no files", model.path.string(),
                "check the path and what is ignored");
  }
  const auto by_name = [](const ModelFile& a, const ModelFile& b) { return a.name < b.name; };
  std::sort(files.begin(), files.end(), by_name);
  return files;
}

Result<std::vector<ModelFile>> FilesNamed(const fs::path& folder, const std::set<std::string>& names,
                                          bool allow_symlinks) {
  std::vector<ModelFile> files;
  for (const std::string& name : names) {
    const fs::path link = allow_symlinks ? fs::path() : LinkOnTheWay(folder, name);
    if (!link.empty()) return LinkForbidden(link);
    std::error_code code;
    if (!fs::exists(folder / name, code)) continue;
    CUPEL_TRY(ModelFile file, FileAt(name, folder / name));
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace cupel::ledger::identity
