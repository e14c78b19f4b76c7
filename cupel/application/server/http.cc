// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/server/http.h"

namespace cupel::application::server {

HttpReply PlainReply(int status, std::string_view reason) {
  return {status, "text/plain; charset=utf-8", std::string(reason) + "\n", "no-store"};
}

}  // namespace cupel::application::server
