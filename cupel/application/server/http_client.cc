// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/server/http_client.h"

#include <fmt/format.h>
#include <httplib.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace cupel::application::server {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxUrlBytes = 2048;

struct Url {
  std::string server;  // scheme, host and port
  std::string path;
};

Result<Url> ParseUrl(const std::string& url) {
  const auto wrong = [&](std::string message) {
    return Fail(ErrorCode::kInvalidArgument, std::move(message), url.substr(0, kMaxUrlBytes),
                "give it as http://host:port/path");
  };
  const std::size_t scheme = url.find("://");
  if (url.size() > kMaxUrlBytes || (!url.starts_with("http://") && !url.starts_with("https://"))) {
    return wrong("expected an http or https URL");
  }
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return wrong("a URL must not contain spaces");
  }
  const std::size_t slash = std::min(url.find('/', scheme + 3), url.size());
  if (slash == scheme + 3) return wrong("the URL has no host");
  return Url{url.substr(0, slash), slash == url.size() ? "/" : url.substr(slash)};
}

/// A second handle to the socket that the library has opened last.
class SocketCopy {
 public:
  SocketCopy() = default;
  SocketCopy(const SocketCopy&) = delete;
  SocketCopy& operator=(const SocketCopy&) = delete;
  ~SocketCopy() { Of(-1); }

  void Of(int socket) {
    const std::lock_guard lock(mutex_);
    if (handle_ >= 0) ::close(handle_);
    handle_ = socket >= 0 ? ::fcntl(socket, F_DUPFD_CLOEXEC, 0) : -1;
  }
  /// Whoever reads or writes on the socket meets its end.
  void ShutDown() {
    const std::lock_guard lock(mutex_);
    if (handle_ >= 0) ::shutdown(handle_, SHUT_RDWR);
  }

 private:
  std::mutex mutex_;
  int handle_ = -1;
};

/// Ends a request when its time is over, whatever it is at: the library limits each single wait alone, and a
/// server may send a byte a second.
class Deadline {
 public:
  Deadline(SocketCopy& socket, milliseconds time)
      : thread_([this, &socket, time](const std::stop_token& done) {
          std::unique_lock lock(mutex_);
          const auto end = std::chrono::steady_clock::now() + time;
          changed_.wait_until(lock, done, end, [] { return false; });
          if (done.stop_requested()) return;
          passed_ = true;
          socket.ShutDown();
        }) {}

  /// Whether it has ended the request.
  bool Stop() {
    thread_.request_stop();
    thread_.join();
    return passed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool passed_ = false;
  std::jthread thread_;  // last: it uses the others
};

/// A server that hangs up while we write must not end this process, as the system does unless it is told.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;
  ~WithoutPipeSignal() {
    const timespec at_once{};
    while (::sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) continue;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

/// Why the server's certificate is not trusted. `reason`: OpenSSL's; X509_V_OK when all but the name was
/// right.
tl::unexpected<Error> NotTrusted(long reason, const std::string& url) {
  const auto fail = [&](std::string message, std::string remedy) {
    return Fail(ErrorCode::kVerificationFailed, std::move(message), url, std::move(remedy));
  };
  switch (reason) {
    case X509_V_OK:
      return fail("the server's certificate is for another host",
                  "use the name that the certificate has, or ask the server's operator");
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fail("the server's certificate has expired", "ask the server's operator for a new one");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fail("the server's certificate is not valid yet", "check this machine's clock");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fail("the server's certificate is from an authority that is not trusted",
                  "if you trust it, name the file of its certificate with --ca");
    default:
      return fail(fmt::format("the server's certificate cannot be trusted (OpenSSL's reason {})", reason),
                  "ask the server's operator");
  }
}

/// One server, over a connection that is kept from request to request.
class Server {
 public:
  Server(const std::string& address, const ClientOptions& options) : client_(address), options_(options) {
    const milliseconds timeout(options.timeout_ms);
    client_.set_connection_timeout(timeout);
    client_.set_read_timeout(timeout);
    client_.set_write_timeout(timeout);
    client_.set_follow_location(false);
    client_.set_keep_alive(true);
    if (!options.authorities.empty()) client_.set_ca_cert_path(options.authorities.string());
    client_.set_socket_options([this](socket_t socket) { socket_.Of(socket); });
  }

  Result<HttpReply> Ask(const std::string& method, const std::string& path, const std::string& body,
                        const std::string& url) {
    HttpReply reply;
    bool too_large = false;
    httplib::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    if (method == "POST") request.set_header("Content-Type", "text/plain; charset=utf-8");
    request.content_receiver = [&](const char* data, std::size_t size, auto, auto) {
      too_large = reply.body.size() + size > options_.answer_bytes;
      if (!too_large) reply.body.append(data, size);
      return !too_large;
    };
    const WithoutPipeSignal without;
    Deadline deadline(socket_, milliseconds(options_.timeout_ms));
    const httplib::Result result = client_.send(request);
    const bool too_late = deadline.Stop();
    if (too_large) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("the answer has more than {} bytes", options_.answer_bytes), url);
    }
    if (!result) return NoAnswer(result.error(), too_late, url);
    reply.status = result->status;
    reply.content_type = result->get_header_value("Content-Type");
    reply.cache_control = result->get_header_value("Cache-Control");
    return reply;
  }

 private:
  tl::unexpected<Error> NoAnswer(httplib::Error error, bool too_late, const std::string& url) const {
    if (error == httplib::Error::SSLServerVerification) {
      return NotTrusted(client_.get_openssl_verify_result(), url);
    }
    if (error == httplib::Error::SSLLoadingCerts) {
      return Fail(ErrorCode::kCorrupt, "the file has no certificates (PEM)", options_.authorities.string());
    }
    const std::string why =
        too_late ? fmt::format("not within {} ms", options_.timeout_ms) : httplib::to_string(error);
    return Fail(ErrorCode::kNotFound, fmt::format("no answer: {}", why), url,
                "check the address, and that the server is running");
  }

  httplib::Client client_;
  SocketCopy socket_;
  const ClientOptions options_;
};

/// The library's exceptions stop here.
Result<HttpReply> Guarded(const std::string& url, const std::function<Result<HttpReply>()>& ask) {
  try {
    return ask();
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, fmt::format("the HTTP client failed: {}", error.what()), url);
  }
}

Result<HttpReply> AskOnce(const std::string& method, const std::string& url, const std::string& body,
                          const ClientOptions& options) {
  return Guarded(url, [&]() -> Result<HttpReply> {
    CUPEL_TRY(const Url parts, ParseUrl(url));
    return Server(parts.server, options).Ask(method, parts.path, body, url);
  });
}

}  // namespace

Result<HttpReply> HttpGet(const std::string& url, const ClientOptions& options) {
  return AskOnce("GET", url, "", options);
}

Result<HttpReply> HttpPost(const std::string& url, const std::string& body, const ClientOptions& options) {
  return AskOnce("POST", url, body, options);
}

ledger::witness::Post PostToWitness(std::string prefix, const ClientOptions& options) {
  while (prefix.ends_with('/')) prefix.pop_back();
  // Shared because a std::function is copied; made at the first request, so that this cannot fail.
  auto server = std::make_shared<std::unique_ptr<Server>>();
  return [url = prefix + "/add-checkpoint", options,
          server](const std::string& body) -> Result<ledger::witness::Answer> {
    const auto ask = [&]() -> Result<HttpReply> {
      CUPEL_TRY(const Url parts, ParseUrl(url));
      if (!*server) *server = std::make_unique<Server>(parts.server, options);
      return (*server)->Ask("POST", parts.path, body, url);
    };
    const bool kept = *server != nullptr;
    auto reply = Guarded(url, ask);
    if (!reply && kept && reply.error().code == ErrorCode::kNotFound) {
      // The witness may have let go of the connection at this moment. Asking it twice does no harm.
      server->reset();
      reply = Guarded(url, ask);
    }
    if (!reply) return tl::make_unexpected(std::move(reply).error());
    return ledger::witness::Answer{reply->status, std::move(reply->content_type), std::move(reply->body)};
  };
}

}  // namespace cupel::application::server
