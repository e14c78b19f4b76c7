// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An exception: somebody with a vote accepts that one required check of one plan does not pass.
///
///     subject   the frozen plan, by SHA-256
///     predicate { "check": "inspect.pgd", "approver": "member-17", "expires": "2026-12-31T00:00:00Z",
///                 "text": { "sha256": "<of salt || text>" } }
///
/// The reasons are free text and may name people, so they are not in the statement: it holds their salted
/// hash (`ReasonText`), and the text lies beside it in a file that can be erased. Promises: with the file,
/// the text is proven to be the one that was signed; without it, the hash says nothing about the text (32
/// random bytes of salt), and every signature and proof still holds. Does not promise: that the approver's id
/// says who it is; such ids are opaque and whoever keeps the list can forget it.

#include <cstdint>
#include <string>
#include <string_view>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/bundle.h"

namespace cupel::ledger::hallmark {

inline constexpr std::string_view kExceptionPredicate = "https://cupel.dev/predicate/exception/v0.1";

/// Free text that is bound to a statement and can be erased: {"salt": "<base64>", "text": "..."} in a file of
/// its own.
struct ReasonText {
  Bytes salt;  ///< 32 bytes.
  std::string text;

  /// With a fresh random salt.
  static ReasonText Of(std::string text);
  /// SHA-256(salt || text).
  Digest Commitment() const;

  /// One line of canonical JSON and a newline.
  std::string ToText() const;
  /// Errors: kCorrupt.
  static Result<ReasonText> Parse(std::string_view json);

  bool operator==(const ReasonText&) const = default;
};

struct Exception {
  Digest plan;               ///< SHA-256 of the frozen plan.
  std::string check;         ///< The id of the check that need not pass.
  std::string approver;      ///< An opaque id, a token.
  std::int64_t expires = 0;  ///< Unix seconds; a hallmark that rests on it expires no later.
  Digest text;               ///< `ReasonText::Commitment`.

  /// Errors: kInvalidArgument for a check or an approver that is no token.
  Result<evidence::Bundle> Sign(const crypto::SigningKey& vote_key) const;
  /// From the bytes that were signed. Errors: kCorrupt, kUnsupported (another predicate).
  static Result<Exception> Parse(BytesView payload);

  bool operator==(const Exception&) const = default;
};

}  // namespace cupel::ledger::hallmark
