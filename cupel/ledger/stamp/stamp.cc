// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/stamp/stamp.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel::ledger::stamp {
namespace {

using crypto::TimestampAuthority;
using evidence::Bundle;

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 26;
constexpr std::string_view kStampEnding = ".tsr";

/// A bundle is JSON; a checkpoint begins with its origin, which has no brace and no white space in front.
bool LooksLikeBundle(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || text[first] == '{';
}

/// Two under the log's name would let somebody have other bytes stamped than the log signed.
Result<Bytes> SignatureOfCheckpoint(std::string_view text) {
  CUPEL_TRY(const merkle::SignedNote note, merkle::SignedNote::Parse(text));
  CUPEL_TRY(const merkle::Checkpoint checkpoint, merkle::Checkpoint::Parse(note.text));
  const auto of_log = [&](const merkle::NoteSignature& one) { return one.name == checkpoint.origin; };
  const auto count = std::count_if(note.signatures.begin(), note.signatures.end(), of_log);
  if (count != 1) {
    return Fail(ErrorCode::kCorrupt, fmt::format("expected one signature under the log's name \"{}\", got {}",
                                                 checkpoint.origin, count));
  }
  return std::find_if(note.signatures.begin(), note.signatures.end(), of_log)->signature;
}

struct SignedFile {
  std::string text;
  Bytes signature;
};

Result<SignedFile> ReadSigned(const std::filesystem::path& file) {
  SignedFile read;
  CUPEL_TRY(read.text, ReadTextFile(file, kMaxFileBytes));
  auto signature = SignatureIn(read.text);
  if (!signature) return FailAt(file.string(), std::move(signature).error());
  read.signature = *std::move(signature);
  return read;
}

/// The response read as a stamp over `signature`; verified when there is somebody to ask.
Result<Stamp> Judge(std::filesystem::path where, BytesView response, BytesView signature,
                    const std::optional<TimestampAuthority>& authority) {
  CUPEL_TRY(const crypto::TimestampClaim claim, crypto::ReadTimestamp(response, signature));
  if (authority) CUPEL_TRY_STATUS(authority->Verify(response, signature).map([](std::int64_t) {}));
  return Stamp{std::move(where), claim.unix_seconds, authority.has_value()};
}

Status CheckNonce(BytesView response, BytesView signature, const std::optional<Bytes>& request) {
  if (request) return crypto::CheckAnswers(response, *request);
  CUPEL_TRY(const crypto::TimestampClaim claim, crypto::ReadTimestamp(response, signature));
  if (!claim.nonce) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "the response has the nonce of a request, and no request was given", "",
              "give the request that was sent");
}

/// The report of a run names the files of its statements by digest: they stay as they are.
bool IsEvidenceOfRun(const std::filesystem::path& file) {
  std::error_code code;
  const auto folder = std::filesystem::absolute(file, code).lexically_normal().parent_path();
  return folder.filename() == "evidence" &&
         std::filesystem::exists(folder.parent_path() / "ledger/checkpoint", code);
}

Status KeepBeside(const std::filesystem::path& file, const SignedFile& read, BytesView response) {
  const std::filesystem::path beside = StampFileOf(file);
  if (std::filesystem::exists(beside)) {
    CUPEL_TRY(const Bytes old, ReadFile(beside, kMaxStampBytes));
    if (std::ranges::equal(old, response)) return {};
    // A log grows: a stamp over an earlier checkpoint says nothing about this one.
    const bool outdated = !LooksLikeBundle(read.text) && !crypto::ReadTimestamp(old, read.signature);
    if (!outdated) {
      return Fail(ErrorCode::kInvalidArgument, "the file is there already", beside.string(),
                  "move it away to keep another time stamp");
    }
  }
  return WriteFileAtomic(beside, response);
}

Status KeepInside(const std::filesystem::path& file, const std::string& text, BytesView response) {
  CUPEL_TRY(Bundle bundle, Bundle::Parse(text));
  auto& stamps = bundle.timestamps;
  Bytes added(response.begin(), response.end());
  if (std::find(stamps.begin(), stamps.end(), added) != stamps.end())
    return Fail(ErrorCode::kInvalidArgument, "this time stamp is there already", file.string());
  stamps.push_back(std::move(added));
  return WriteFileAtomic(file, bundle.ToText());
}

}  // namespace

Result<Bytes> SignatureIn(std::string_view text) {
  if (!LooksLikeBundle(text)) return SignatureOfCheckpoint(text);
  CUPEL_TRY(const Bundle bundle, Bundle::Parse(text));
  return bundle.envelope.signatures[0].signature.der;
}

std::filesystem::path StampFileOf(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  for (const std::string_view ending : {".json", ".sigstore"}) {
    if (name.ends_with(ending) && name.size() > ending.size()) name.resize(name.size() - ending.size());
  }
  return file.parent_path() / (name + std::string(kStampEnding));
}

Result<Bytes> RequestFor(const std::filesystem::path& file) {
  CUPEL_TRY(const SignedFile read, ReadSigned(file));
  return crypto::TimestampRequest(read.signature);
}

Result<Stamp> Attach(const std::filesystem::path& file, BytesView response, const AttachOptions& options) {
  CUPEL_TRY(const SignedFile read, ReadSigned(file));
  const bool beside = options.beside || !LooksLikeBundle(read.text) || IsEvidenceOfRun(file);
  auto stamp = Judge(beside ? StampFileOf(file) : file, response, read.signature, options.authority);
  if (!stamp) return stamp;
  CUPEL_TRY_STATUS(CheckNonce(response, read.signature, options.request));
  CUPEL_TRY_STATUS(beside ? KeepBeside(file, read, response) : KeepInside(file, read.text, response));
  return stamp;
}

Result<std::vector<Stamp>> StampsOf(const std::filesystem::path& file,
                                    const std::optional<TimestampAuthority>& authority) {
  CUPEL_TRY(const SignedFile read, ReadSigned(file));
  std::vector<Stamp> stamps;
  const auto add = [&](const std::filesystem::path& where, const std::string& place,
                       BytesView response) -> Status {
    auto stamp = Judge(where, response, read.signature, authority);
    if (!stamp) return FailAt(place, std::move(stamp).error());
    stamps.push_back(*std::move(stamp));
    return {};
  };
  if (LooksLikeBundle(read.text)) {
    CUPEL_TRY(const Bundle bundle, Bundle::Parse(read.text));
    for (std::size_t i = 0; i < bundle.timestamps.size(); ++i) {
      CUPEL_TRY_STATUS(
          add(file, fmt::format("{}: rfc3161Timestamps[{}]", file.string(), i), bundle.timestamps[i]));
    }
  }
  const std::filesystem::path beside = StampFileOf(file);
  std::error_code code;
  if (!std::filesystem::exists(beside, code)) return stamps;
  CUPEL_TRY(const Bytes response, ReadFile(beside, kMaxStampBytes));
  CUPEL_TRY_STATUS(add(beside, beside.string(), response));
  return stamps;
}

}  // namespace cupel::ledger::stamp
