// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading the members of untrusted JSON documents: missing or mistyped is kCorrupt, and the message names
/// the member.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"

namespace cupel::ledger::evidence {

Result<std::string> TextField(const Json& object, std::string_view member);
/// "" when the member is absent or null.
Result<std::string> OptionalTextField(const Json& object, std::string_view member);
/// Base64 in either alphabet.
Result<Bytes> BytesField(const Json& object, std::string_view member);
/// Base64 of 32 bytes.
Result<Digest> DigestField(const Json& object, std::string_view member);
/// A string of decimal digits, as JSON carries 64-bit integers in Sigstore's formats. 0 to 2^63 - 1, one
/// form.
Result<std::uint64_t> DecimalField(const Json& object, std::string_view member);
Result<const Json*> ObjectField(const Json& object, std::string_view member);
Result<const Json*> ArrayField(const Json& object, std::string_view member);

/// Errors: kCorrupt when the text is other than `expected`.
Status ExpectTextField(const Json& object, std::string_view member, std::string_view expected);

/// Errors: kCorrupt for a value that is no object or has a member not in `known`, naming the nearest.
Status OnlyMembers(const Json& object, std::initializer_list<std::string_view> known);

}  // namespace cupel::ledger::evidence
