// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Verifier keys on the command line: the text itself, or a file that holds it.

#include <string>

#include "cupel/base/error.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::cli {

/// Errors: as merkle::NoteVerifier::Parse, with the argument; kNotFound for a text that is neither.
Result<ledger::merkle::NoteVerifier> ReadLogKey(const std::string& argument);

}  // namespace cupel::cli
