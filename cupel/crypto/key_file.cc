// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cupel/base/file.h"
#include "cupel/crypto/secure_random.h"

namespace cupel::crypto {
namespace {

constexpr off_t kMaxKeyBytes = 1 << 16;

struct Closer {
  int number;
  ~Closer() {
    if (number >= 0) ::close(number);
  }
};

Error SystemError(const std::filesystem::path& path, std::string_view action) {
  const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kPermission;
  return {code, fmt::format("cannot {}: {}", action, std::strerror(errno)), path.string(), ""};
}

/// Reads through its own descriptor, not through ReadFile: the permissions are those of the very file that is
/// read, and no buffer is left unwiped.
Result<Secret> ReadKeyFile(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe must not wait for somebody who writes into it.
  const Closer file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status{};
  if (file.number < 0 || ::fstat(file.number, &status) != 0) {
    return tl::make_unexpected(SystemError(path, "open the private key"));
  }
  if (!S_ISREG(status.st_mode))
    return Fail(ErrorCode::kInvalidArgument, "a key must be a regular file", path.string());
  if ((status.st_mode & 077) != 0) {
    return Fail(
        ErrorCode::kPermission,
        fmt::format("the private key is open to others (mode {:04o}, must be 0600)", status.st_mode & 07777),
        path.string(), "run `chmod 600` on it, or make a new key if somebody may have read this one");
  }
  if (status.st_size > kMaxKeyBytes)
    return Fail(ErrorCode::kCorrupt, "too large for a private key", path.string());
  Secret text(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(file.number, text.Buffer().data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::make_unexpected(SystemError(path, "read the private key"));
    if (count == 0)
      return Fail(ErrorCode::kCorrupt, "the private key became shorter while it was read", path.string());
    done += static_cast<std::size_t>(count);
  }
  return text;
}

/// Errors: as WriteFileAtomic. When the file appears in between, it is left alone: the caller loads that one.
Status WriteNewKeyFile(const std::filesystem::path& path, const Secret& pem) {
  if (path.has_parent_path()) CUPEL_TRY_STATUS(MakeFolder(path.parent_path()));
  const std::filesystem::path fresh = path.string() + fmt::format(".new-{:016x}", SecureRandom().Next64());
  CUPEL_TRY_STATUS(WriteFileAtomic(fresh, pem.Reveal(), 0600));
  // A hard link, unlike a rename, fails when the name is taken.
  const bool linked = ::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST;
  Error error = linked ? Error{} : SystemError(path, "make the private key");
  ::unlink(fresh.c_str());
  if (!linked) return tl::make_unexpected(std::move(error));
  return {};
}

template <typename Key>
Result<Key> Load(const std::filesystem::path& path) {
  CUPEL_TRY(const Secret pem, ReadKeyFile(path));
  auto key = Key::FromPem(pem.RevealText());
  if (!key) return FailAt(path.string(), std::move(key).error());
  return key;
}

}  // namespace

Result<SigningKey> LoadSigningKey(const std::filesystem::path& path) { return Load<SigningKey>(path); }

Result<LogKey> LoadLogKey(const std::filesystem::path& path) { return Load<LogKey>(path); }

Result<SigningKey> LoadOrCreateSigningKey(const std::filesystem::path& path) {
  auto loaded = LoadSigningKey(path);
  if (loaded || loaded.error().code != ErrorCode::kNotFound) return loaded;
  CUPEL_TRY(const SigningKey fresh, SigningKey::Generate());
  CUPEL_TRY_STATUS(WriteNewKeyFile(path, fresh.ToPem()));
  return LoadSigningKey(path);
}

Result<LogKey> LoadOrCreateLogKey(const std::filesystem::path& path) {
  auto loaded = LoadLogKey(path);
  if (loaded || loaded.error().code != ErrorCode::kNotFound) return loaded;
  CUPEL_TRY_STATUS(WriteNewKeyFile(path, LogKey::Generate().ToPem()));
  return LoadLogKey(path);
}

Status SavePublicKey(const std::filesystem::path& path, const PublicKey& key) {
  return WriteFileAtomic(path, std::string_view(key.Pem()));
}

Result<PublicKey> LoadPublicKey(const std::filesystem::path& path) {
  CUPEL_TRY(const std::string pem, ReadTextFile(path, kMaxKeyBytes));
  auto key = PublicKey::FromPem(pem);
  if (!key) return FailAt(path.string(), std::move(key).error());
  return key;
}

}  // namespace cupel::crypto
