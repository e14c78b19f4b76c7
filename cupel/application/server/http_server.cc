// SPDX-License-Identifier: Apache-2.0
// Compiles with cpp-httplib 0.11 (Debian 12) and newer.
#include "cupel/application/server/http_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "cupel/application/server/connection.h"
#include "cupel/application/server/http_framing.h"

namespace cupel::application::server {
namespace {

constexpr int kKeepAliveRequests = 1000;
constexpr std::size_t kHeaderBytes = std::size_t{1} << 14;
constexpr int kMostToBeAccepted = 256;
constexpr auto kPollEvery = std::chrono::milliseconds(50);
/// How long a client may be silent while others wait: before its first request, and before a next one.
constexpr auto kPatienceWithNew = std::chrono::milliseconds(2000);
constexpr auto kPatienceWithKept = std::chrono::milliseconds(250);

void Send(const HttpReply& reply, httplib::Response& response) {
  response.status = reply.status;
  response.set_content(reply.body, reply.content_type);
  if (!reply.cache_control.empty()) response.set_header("Cache-Control", reply.cache_control);
  response.set_header("X-Content-Type-Options", "nosniff");
}

HttpReply CallSite(const std::function<HttpReply(std::string_view)>& handler, std::string_view argument) {
  try {
    return handler(argument);
  } catch (const std::exception&) {
    return PlainReply(500, "internal error");
  }
}

/// The library's pool of threads, which says how many connections wait for one.
class CountingPool : public httplib::TaskQueue {
 public:
  CountingPool(std::size_t threads, std::atomic<int>& waiting) : pool_(threads), waiting_(waiting) {}

  // Says whether the task was taken, from cpp-httplib 0.16 on.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::declval<std::function<void()>>()));
  Taken enqueue(std::function<void()> task) override {
    ++waiting_;
    return pool_.enqueue([this, task = std::move(task)] {
      --waiting_;
      task();
    });
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  httplib::ThreadPool pool_;
  std::atomic<int>& waiting_;
};

/// The library's server, reading through connections that have limits.
class BoundedServer : public httplib::Server {
 public:
  BoundedServer(Site site, const ServerLimits& limits) : site_(std::move(site)), limits_(limits) {
    set_payload_max_length(limits.body_bytes);
    const auto threads = static_cast<std::size_t>(limits.threads);
    new_task_queue = [this, threads] { return new CountingPool(threads, waiting_); };
    // The library's default lets two servers share a port.
    set_socket_options([](auto socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    // Before the library's own routing, which matches paths with regular expressions and reads any body.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return Route(request, response) ? HandlerResponse::Handled : HandlerResponse::Unhandled;
    });
    for (const auto& [path, handler] : site_.post) {
      Post(path, [&handler](const httplib::Request& request, httplib::Response& response) {
        Send(CallSite(handler, request.body), response);
      });
    }
  }

  /// Clients that come at the same moment are kept instead of being told to come again a second later; the
  /// library keeps five.
  void KeepMoreWaiting() { ::listen(svr_sock_, kMostToBeAccepted); }

  /// Connections that wait for a next request are let go.
  void Stop() {
    stopping_ = true;
    stop();
  }

 private:
  bool TakesBody(const httplib::Request& request) const {
    return request.method == "POST" && site_.post.contains(request.path);
  }

  /// Whether the request is answered; that to a POST path is not, until the library has read its body.
  bool Route(const httplib::Request& request, httplib::Response& response) const {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool posts = site_.post.contains(request.path);
    if (const auto fault = FramingFault(request)) {
      Send(*fault, response);
    } else if (TakesBody(request)) {
      return false;
    } else if (!reads || posts) {
      Send(PlainReply(405, "method not allowed"), response);
      response.set_header("Allow", posts ? "POST" : "GET, HEAD");
    } else if (AnnouncesBody(request)) {
      Send(PlainReply(400, "a body where none belongs"), response);
    } else {
      Send(CallSite(site_.get, request.path), response);
    }
    return true;
  }

  /// Takes off what the library would act on and no site needs. A body that nobody reads would be taken for
  /// the next request, which is how requests are smuggled past a proxy: the connection ends after it.
  void Prepare(httplib::Request& request) const {
    request.ranges.clear();  // a thousand ranges would be a thousand copies
    request.headers.erase("Range");
    request.headers.erase("Content-Encoding");  // decompressed without a limit
    request.headers.erase("Content-Type");      // of forms, parsed
    if (FramingFault(request) || (!TakesBody(request) && AnnouncesBody(request))) {
      request.headers.erase("Connection");
      request.set_header("Connection", "close");
    } else if (TakesBody(request) && !AnnouncesBody(request)) {
      // Without it the library reads to the end of the connection.
      request.headers.erase("Content-Length");
      request.set_header("Content-Length", "0");
    }
  }

  /// One request and its answer; false when the connection is to end.
  template <typename Self>
  static bool Process(Self& self, Connection& connection, bool last) {
    bool closed = false;
    bool close_after = last;
    const auto prepare = [&](httplib::Request& request) {
      self.Prepare(request);
      close_after = close_after || request.get_header_value("Connection") == "close";
    };
    bool alive = false;
    if constexpr (requires { self.process_request(connection, last, closed, prepare); }) {
      alive = self.process_request(connection, last, closed, prepare);  // 0.11
    } else {
      alive = self.process_request(connection, "", 0, "", 0, last, closed, prepare);
    }
    return alive && !closed && !close_after && !connection.broken();
  }

  bool process_and_close_socket(socket_t socket) override {
    const std::chrono::milliseconds timeout(limits_.timeout_ms);
    Connection connection(socket);
    // A body that is too large is read to the end and dropped if it is not much too large.
    const std::size_t bytes = kHeaderBytes + 2 * limits_.body_bytes;
    auto patience = kPatienceWithNew;
    for (int left = kKeepAliveRequests; left > 0 && AwaitRequest(connection, timeout, patience); --left) {
      patience = kPatienceWithKept;
      connection.BeginRequest(bytes, timeout);
      if (!Process(*this, connection, left == 1)) break;
    }
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
    return true;
  }

  /// A client that is silent keeps its thread for less long while others wait for one.
  bool AwaitRequest(const Connection& connection, std::chrono::milliseconds patience,
                    std::chrono::milliseconds patience_while_others_wait) const {
    for (auto waited = std::chrono::milliseconds(0); waited < patience; waited += kPollEvery) {
      if (stopping_ || (waiting_ > 0 && waited >= patience_while_others_wait)) return false;
      if (connection.AwaitRequest(kPollEvery)) return true;
    }
    return false;
  }

  const Site site_;
  const ServerLimits limits_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> waiting_ = 0;  ///< Connections without a thread.
};

}  // namespace

struct HttpServer::State {
  std::string host;
  int port = 0;
  BoundedServer server;

  State(Site site, std::string on_host, const ServerLimits& limits)
      : host(std::move(on_host)), server(std::move(site), limits) {}
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;

Result<HttpServer> HttpServer::Bind(const std::string& host, int port, Site site,
                                    const ServerLimits& limits) {
  if (port < 0 || port > 65535) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("a port must be 0 to 65535, got {}", port));
  }
  auto state = std::make_unique<State>(std::move(site), host, limits);
  if (port == 0) {
    state->port = state->server.bind_to_any_port(host);
  } else if (state->server.bind_to_port(host, port)) {
    state->port = port;
  }
  if (state->port <= 0) {
    return Fail(ErrorCode::kPermission, fmt::format("cannot listen on {} port {}", host, port), "",
                "choose a free port, or 0 for any");
  }
  state->server.KeepMoreWaiting();
  return HttpServer(std::move(state));
}

int HttpServer::port() const { return state_->port; }

std::string HttpServer::Url() const {
  const bool brackets = state_->host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", brackets ? "[" : "", state_->host, brackets ? "]" : "",
                     state_->port);
}

Status HttpServer::Run(const std::function<bool()>& stop) {
  std::atomic<bool> ended = false;
  bool clean = false;
  std::thread listener([&] {
    clean = state_->server.listen_after_bind();
    ended = true;
  });
  while (!ended && !stop()) std::this_thread::sleep_for(kPollEvery);
  const bool failed = ended;
  // `stop` has no effect on a server that has not begun to listen yet.
  while (!ended && !state_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  state_->server.Stop();
  listener.join();
  if (failed && !clean) return Fail(ErrorCode::kInternal, "the server's socket failed", Url());
  return {};
}

}  // namespace cupel::application::server
