// SPDX-License-Identifier: Apache-2.0
// The client over TLS, against a real TLS server whose authority is made for the test: who is trusted, and
// one clear sentence for each reason not to trust.
#include <httplib.h>

#include <cstdlib>

#include "cupel/application/server/authority_for_test.h"
#include "cupel/application/server/http_client.h"
#include "cupel/application/server/sites.h"
#include "cupel/application/server/sockets_for_test.h"
#include "cupel/base/file.h"
#include "cupel/ledger/witness/signer_for_test.h"

namespace cupel::application::server {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;
using ::testing::Not;

/// cpp-httplib's TLS server, in front of a site as a proxy is.
class TlsServer {
 public:
  TlsServer(const Authority::Certificate& certificate, Site site)
      : site_(std::move(site)), server_(certificate.file.c_str(), certificate.key.c_str()) {
    CUPEL_CHECK(server_.is_valid());
    server_.Get(".*", [this](const httplib::Request& request, httplib::Response& response) {
      ++requests_;
      Answer(site_.get(request.path), response);
    });
    for (const auto& [path, handler] : site_.post) {
      server_.Post(path, [this, &handler](const httplib::Request& request, httplib::Response& response) {
        ++requests_;
        Answer(handler(request.body), response);
      });
    }
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    server_.stop();
    thread_.join();
  }

  std::string Url(const std::string& host = "127.0.0.1") const {
    return fmt::format("https://{}:{}", host, port_);
  }
  /// Requests that were read, that is after the client had accepted the server.
  int requests() const { return requests_; }

 private:
  static void Answer(const HttpReply& reply, httplib::Response& response) {
    response.status = reply.status;
    response.set_content(reply.body, reply.content_type);
  }

  const Site site_;
  httplib::SSLServer server_;
  std::atomic<int> requests_ = 0;
  int port_ = 0;
  std::thread thread_;
};

class HttpsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Authority::CanBeMade()) authority_ = new Authority();
  }
  static void TearDownTestSuite() { delete std::exchange(authority_, nullptr); }
  void SetUp() override {
    if (authority_ == nullptr) GTEST_SKIP() << "needs openssl";
  }

  ClientOptions Trusting(const Authority& authority) const {
    ClientOptions options;
    options.authorities = authority.File();
    return options;
  }
  /// Asks a server with this certificate; what comes of it, and whether the request reached the server.
  Result<HttpReply> Ask(const Authority::Certificate& certificate, const std::string& host,
                        const ClientOptions& options) {
    TlsServer server(certificate, site_.Get());
    auto reply = HttpGet(server.Url(host) + "/x", options);
    EXPECT_EQ(server.requests(), reply ? 1 : 0) << "nothing is sent to a server that is not trusted";
    return reply;
  }

  CountingSite site_;
  inline static Authority* authority_ = nullptr;
};

TEST_F(HttpsTest, AcceptsAServerOfATrustedAuthority) {
  for (const char* host : {"127.0.0.1", "localhost"}) {
    CUPEL_ASSERT_OK(const HttpReply reply,
                    Ask(authority_->Issue("DNS:localhost,IP:127.0.0.1"), host, Trusting(*authority_)));
    EXPECT_EQ(reply.body, "get /x");
  }
}

TEST_F(HttpsTest, RefusesAnUnknownAuthority) {
  const Authority other;
  EXPECT_THAT(Ask(authority_->Issue("IP:127.0.0.1"), "127.0.0.1", Trusting(other)),
              HasError(ErrorCode::kVerificationFailed,
                       HasSubstr("the server's certificate is from an authority that is not trusted")));
  EXPECT_THAT(Ask(authority_->Issue("IP:127.0.0.1"), "127.0.0.1", {}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not trusted")))
      << "the system does not know it either";
}

TEST_F(HttpsTest, RefusesACertificateOfAnotherHost) {
  for (const char* names : {"DNS:localhost", "IP:127.0.0.2", "DNS:127.0.0.1.example"}) {
    EXPECT_THAT(
        Ask(authority_->Issue(names), "127.0.0.1", Trusting(*authority_)),
        HasError(ErrorCode::kVerificationFailed, HasSubstr("the server's certificate is for another host")))
        << names;
  }
  for (const char* names : {"DNS:other.example", "IP:127.0.0.1", "DNS:*.localhost", "DNS:ocalhost"}) {
    EXPECT_THAT(Ask(authority_->Issue(names), "localhost", Trusting(*authority_)),
                HasError(ErrorCode::kVerificationFailed, HasSubstr("for another host")))
        << names;
  }
}

TEST_F(HttpsTest, RefusesAnExpiredCertificate) {
  EXPECT_THAT(Ask(authority_->Issue("IP:127.0.0.1", -1), "127.0.0.1", Trusting(*authority_)),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("the server's certificate has expired")));
}

TEST_F(HttpsTest, EachReasonIsOneSentenceWithTheAddress) {
  const auto refused = Ask(authority_->Issue("IP:127.0.0.1", -1), "127.0.0.1", Trusting(*authority_));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().ToString(), ::testing::MatchesRegex("https://127.0.0.1:[0-9]+/x: the server's "
                                                                  "certificate has expired; ask .*"));
  EXPECT_THAT(refused.error().ToString(), Not(HasSubstr("\n")));
}

TEST_F(HttpsTest, SaysThatTheFileOfAuthoritiesIsNone) {
  const ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "text", std::string_view("no certificate\n")), IsOk());
  for (const char* name : {"text", "absent"}) {
    ClientOptions options;
    options.authorities = folder / name;
    const auto refused = Ask(authority_->Issue("IP:127.0.0.1"), "127.0.0.1", options);
    ASSERT_FALSE(refused.has_value()) << "never falls back to trusting the system or everybody";
    EXPECT_EQ(refused.error().place, options.authorities.string());
  }
}

TEST_F(HttpsTest, DoesNotSpeakPlainlyToATlsServerNorTlsToAPlainOne) {
  const TlsServer tls(authority_->Issue("IP:127.0.0.1"), site_.Get());
  const std::string plain_url = "http" + tls.Url().substr(5);
  EXPECT_FALSE(HttpGet(plain_url, {.timeout_ms = 1000}).has_value());
  const RunningServer plain(site_.Get(), SmallLimits());
  EXPECT_THAT(HttpGet("https" + plain.Url().substr(4), {.timeout_ms = 1000}),
              HasError(ErrorCode::kNotFound, HasSubstr("no answer")));
  EXPECT_EQ(site_.gets, 0);
}

TEST_F(HttpsTest, AHandshakeThatNeverEndsIsGivenUp) {
  const ScriptedServer silent([](int) { std::this_thread::sleep_for(std::chrono::milliseconds(900)); });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(HttpGet("https" + silent.Url().substr(4), {.timeout_ms = 300}), HasError(ErrorCode::kNotFound));
  EXPECT_LT(SecondsSince(start), 0.85);
}

TEST_F(HttpsTest, AWitnessBehindTlsCosigns) {
  const ScratchFolder ledger;
  const ScratchFolder state;
  const ledger::witness::SigningLog log;
  log.Grow(ledger.path(), "leaf", 300);
  const ManualClock clock(1'700'000'000);
  const auto witness =
      ledger::witness::WitnessIn(state.path(), ledger::witness::WitnessKey(1), {log.Known()}, clock);
  const TlsServer server(authority_->Issue("IP:127.0.0.1"), WitnessSite(*witness));
  const auto cosign = [&](const ClientOptions& options) {
    const std::vector<ledger::witness::Cosigner> one = {
        {witness->Verifier(), PostToWitness(server.Url(), options)}};
    return ledger::witness::CosignLog(ledger.path(), log.Verifier(), one).value().outcomes[0];
  };
  const auto refused = cosign({});
  ASSERT_TRUE(refused.error.has_value());
  EXPECT_THAT(refused.error->message, HasSubstr("an authority that is not trusted"));
  EXPECT_EQ(cosign(Trusting(*authority_)).time, 1'700'000'000);
  log.Grow(ledger.path(), "more", 10);
  EXPECT_EQ(cosign(Trusting(*authority_)).time, 1'700'000'000) << "409 and 200 over one connection";
  EXPECT_EQ(server.requests(), 3);
}

}  // namespace
}  // namespace cupel::application::server
