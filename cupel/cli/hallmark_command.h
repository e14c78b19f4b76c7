// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parts of `cupel hallmark`, in two files: issuing (hallmark_command.cc), and what is done with a
/// hallmark that is there (hallmark_record_command.cc).

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cupel/cli/command.h"

namespace cupel::cli {

/// Where this user's private keys lie.
std::filesystem::path UserKeyFolder();

void AddHallmarkException(CLI::App& hallmark, Session& session);
void AddHallmarkShow(CLI::App& hallmark, Session& session);
void AddHallmarkRevoke(CLI::App& hallmark, Session& session);
void AddHallmarkReceipt(CLI::App& hallmark, Session& session);
void AddHallmarkTrust(CLI::App& hallmark, Session& session);

}  // namespace cupel::cli
