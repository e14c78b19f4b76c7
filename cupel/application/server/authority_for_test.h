// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A certificate authority made for one test with the openssl program, and the certificates that it issues.
/// For tests only.

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "cupel/base/error.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::application::server {

class Authority {
 public:
  Authority() {
    Run("openssl req -x509 " + NewKey("ca") + " -out ca.pem -days 2 -subj '/CN=Authority of a test'");
  }

  static bool CanBeMade() { return std::system("openssl version >/dev/null 2>&1") == 0; }

  struct Certificate {
    std::string file;
    std::string key;
  };
  /// names: "DNS:localhost,IP:127.0.0.1". days: how long from now; -1: it ended yesterday.
  Certificate Issue(const std::string& names, int days = 2) const {
    Run("openssl req " + NewKey("server") + " -out server.csr -subj '/CN=Server of a test'");
    Run(
        fmt::format("printf 'subjectAltName={}' >names && openssl x509 -req -in server.csr -CA ca.pem "
                    "-CAkey ca.key -CAcreateserial -days {} -extfile names -out server.pem",
                    names, days));
    return {(folder_ / "server.pem").string(), (folder_ / "server.key").string()};
  }

  /// What those hold who trust it.
  std::filesystem::path File() const { return folder_ / "ca.pem"; }

 private:
  static std::string NewKey(const std::string& name) {
    return "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key";
  }
  void Run(const std::string& command) const {
    const std::string line = "cd '" + folder_.path().string() + "' && ( " + command + " ) >out 2>&1";
    CUPEL_CHECK(std::system(line.c_str()) == 0);
  }

  const testing::ScratchFolder folder_;
};

}  // namespace cupel::application::server
