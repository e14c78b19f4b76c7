// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How OpenSSF Model Signing names the files of a model: relative, '/' between parts, nothing to normalise,
/// UTF-8, compared byte for byte.
///
/// Source: OMS specification v1.0, sections 6.1.2 (path canonicalization) and 6.2.1 (ignored paths),
/// https://github.com/ossf/model-signing-spec

#include <span>
#include <string>
#include <string_view>

#include "cupel/base/error.h"

namespace cupel::ledger::identity {

/// Whether the bytes are well-formed UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
bool IsUtf8(std::string_view bytes);

/// The one spelling of a relative path: "./a//b/" is "a/b".
/// Errors: kInvalidArgument for an absolute path, one with "..", one that names nothing, one that is not
/// UTF-8.
Result<std::string> CanonicalName(std::string_view path);

/// Errors: kCorrupt unless `name` is in the form that CanonicalName gives.
Status CheckName(std::string_view name);

/// The form of an entry of `ignore_paths`. Errors: as CanonicalName, and kInvalidArgument for one of the
/// glob characters * ? [ (an entry is a path, never a pattern).
Result<std::string> CanonicalIgnorePath(std::string_view entry);

/// Whether `name` is one of the entries or lies below one.
bool IsIgnored(std::string_view name, std::span<const std::string> entries);

}  // namespace cupel::ledger::identity
