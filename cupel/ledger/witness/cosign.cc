// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/cosign.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cupel/base/folder_lock.h"
#include "cupel/ledger/log/checkpoint_file.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel::ledger::witness {
namespace {

constexpr int kTries = 4;

/// What an answer other than 200 and 409 means for the one who asked.
tl::unexpected<Error> Refused(const Answer& answer) {
  const std::string_view body = std::string_view(answer.body).substr(0, 200);
  const std::string reason(body.substr(0, body.find('\n')));
  const auto fail = [&](ErrorCode code, std::string_view what, std::string remedy) {
    return Fail(code, fmt::format("the witness {} ({}): {}", what, answer.status, reason), "",
                std::move(remedy));
  };
  switch (answer.status) {
    case 403:
      return fail(ErrorCode::kPermission, "does not accept the log's signature",
                  "check the key that it has for this log");
    case 404:
      return fail(ErrorCode::kPermission, "does not know the log",
                  "give its operator the log's verifier key");
    case 422:
      return fail(ErrorCode::kVerificationFailed, "has seen another history of this log",
                  "compare the log with the checkpoint that the witness serves");
    default: return fail(ErrorCode::kCorrupt, "gave no cosignature", "");
  }
}

/// Whether a Content-Type names this media type, which has no upper case, whatever parameters follow.
bool IsOfType(std::string_view content_type, std::string_view media_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return std::ranges::equal(type, media_type, {}, [](unsigned char c) { return std::tolower(c); });
}

/// The size in a 409's body.
Result<std::uint64_t> SizeTold(const Answer& answer) {
  std::string_view body = answer.body;
  if (!IsOfType(answer.content_type, kSizeType) || !body.ends_with('\n')) return Refused(answer);
  body.remove_suffix(1);
  return merkle::ParseDecimal(body, "size that the witness told");
}

/// The witness's line among those of the answer.
Result<merkle::NoteSignature> LineOf(const merkle::SignedNote& note, const CosignatureVerifier& witness,
                                     std::string_view lines) {
  merkle::SignedNote answered{note.text, {}};
  CUPEL_TRY(answered.signatures, merkle::ParseSignatureLines(lines));
  CUPEL_TRY(const std::optional<std::int64_t> time, witness.TimeOf(answered));
  if (!time) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the witness answered without a cosignature of {}", witness.ToText()), "",
                "check that this is the witness's key");
  }
  return *std::ranges::find_if(answered.signatures,
                               [&](const merkle::NoteSignature& line) { return witness.Made(line); });
}

log::FileOperations& Files(const CosignOptions& options) {
  return options.files != nullptr ? *options.files : log::SystemFiles();
}

/// The log's lock, and a folder in which no append is half published.
Result<FolderLock> TakeSettled(const std::filesystem::path& folder, const merkle::NoteVerifier& log,
                               const CosignOptions& options) {
  CUPEL_TRY(FolderLock lock, FolderLock::Take(folder, {.timeout_ms = options.lock_timeout_ms}));
  CUPEL_TRY_STATUS(log::FinishPublication(Files(options), folder, log));
  return lock;
}

/// Nobody may append while what an append left is finished; afterwards readers need no lock.
Result<log::LogReader> OpenSettled(const std::filesystem::path& folder, const merkle::NoteVerifier& log,
                                   const CosignOptions& options) {
  CUPEL_TRY(const FolderLock lock, TakeSettled(folder, log, options));
  return log::LogReader::Open(folder, log);
}

/// Replaces the checkpoint unless it is no longer the one that was cosigned; returns what stands there.
Result<std::string> Publish(const std::filesystem::path& folder, const merkle::NoteVerifier& log,
                            const merkle::SignedNote& note, std::span<const merkle::NoteSignature> lines,
                            const CosignOptions& options) {
  CUPEL_TRY(const FolderLock lock, TakeSettled(folder, log, options));
  CUPEL_TRY(const std::string now, log::ReadNote(log::FolderSource(folder)));
  CUPEL_TRY(merkle::SignedNote current, merkle::SignedNote::Parse(now));
  if (current.text != note.text) {
    return Fail(ErrorCode::kResourceLimit, "the log grew while its checkpoint was cosigned", folder.string(),
                "run the command again");
  }
  std::string cosigned = WithCosignatures(std::move(current), lines).ToText();
  CUPEL_TRY_STATUS(log::PublishCheckpoint(Files(options), folder, cosigned));
  return cosigned;
}

}  // namespace

Result<merkle::NoteSignature> AskWitness(const merkle::SignedNote& note, const ProveFrom& prove,
                                         const CosignatureVerifier& witness, const Post& post) {
  CUPEL_TRY(const merkle::Checkpoint checkpoint, merkle::Checkpoint::Parse(note.text));
  std::uint64_t old_size = 0;
  for (int i = 0; i < kTries; ++i) {
    CUPEL_TRY(merkle::ConsistencyProof proof, prove(old_size));
    const AddCheckpoint request{old_size, std::move(proof.path), note};
    CUPEL_TRY(const Answer answer, post(request.ToText()));
    if (answer.status == 200) return LineOf(note, witness, answer.body);
    if (answer.status != 409) return Refused(answer);
    CUPEL_TRY(old_size, SizeTold(answer));
    if (old_size > checkpoint.size) {
      return Fail(ErrorCode::kVerificationFailed,
                  fmt::format("the witness has cosigned {} leaves of this log, which has {} here", old_size,
                              checkpoint.size),
                  "", "this is an old copy of the log, or the log was cut back");
    }
  }
  return Fail(ErrorCode::kResourceLimit, "the witness told another size at every try", "", "ask again");
}

merkle::SignedNote WithCosignatures(merkle::SignedNote note, std::span<const merkle::NoteSignature> lines) {
  for (const merkle::NoteSignature& line : lines) {
    std::erase_if(note.signatures, [&](const merkle::NoteSignature& old) {
      return old.name == line.name && old.key_id == line.key_id;
    });
    note.signatures.push_back(line);
  }
  return note;
}

Result<Cosigned> CosignLog(const std::filesystem::path& folder, const merkle::NoteVerifier& log,
                           std::span<const Cosigner> witnesses, const CosignOptions& options) {
  CUPEL_TRY(const log::LogReader reader, OpenSettled(folder, log, options));
  CUPEL_TRY(const merkle::SignedNote note, merkle::SignedNote::Parse(reader.Note()));
  const ProveFrom prove = [&](std::uint64_t old_size) {
    return reader.ProveConsistency(old_size, reader.size());
  };
  Cosigned cosigned{reader.Note(), {}};
  std::vector<merkle::NoteSignature> lines;
  for (const Cosigner& witness : witnesses) {
    Outcome outcome{witness.key.Name(), {}, {}};
    auto line = AskWitness(note, prove, witness.key, witness.post);
    if (line) {
      CUPEL_TRY(outcome.time, witness.key.TimeOf(merkle::SignedNote{note.text, {*line}}));
      lines.push_back(*std::move(line));
    } else {
      outcome.error = std::move(line).error();
    }
    cosigned.outcomes.push_back(std::move(outcome));
  }
  if (!lines.empty()) {
    CUPEL_TRY(cosigned.note, Publish(folder, log, note, lines, options));
  }
  return cosigned;
}

}  // namespace cupel::ledger::witness
