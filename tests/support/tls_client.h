// The client's side of TLS for RawClient: it says exactly what a test wants, in pieces of any size.
//
// One thread each. What goes wrong throws std::runtime_error with OpenSSL's reason.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace test_support {

struct TlsClientOptions {
  int version = 13;              // of TLS, times ten: 12 or 13, nothing else
  std::string server_name = {};  // asked for (SNI)
  std::string ca_file = {};      // who must have signed the server's certificate; "": anybody
  std::string certificate = {};  // the client's own, PEM files
  std::string key = {};
  size_t piece_size = SIZE_MAX;  // of what is sent
  bool extended_master_secret = true;
};

class TlsClient {
 public:
  // Does the handshake over a connected, blocking descriptor, which is not owned.
  TlsClient(int descriptor, const TlsClientOptions& options);
  ~TlsClient();

  void send(std::string_view bytes);
  // At least one byte; 0 once the server has sent close_notify; -1 if the socket has ended without it.
  long receive(char* into, size_t size);
  void send_close_notify();

  // Of the server's certificate: the subject's common name.
  std::string server_name() const;
  std::string cipher() const;
  // Wants new keys, or (TLS 1.2) a new handshake. False if OpenSSL itself refuses.
  bool ask_for_new_keys();
  std::string exporter() const;
  // The Finished messages.
  std::string own_finished() const;
  std::string server_finished() const;
  // True if the server gave anything with which to resume.
  bool can_resume() const;

 private:
  struct State;
  bool fill();
  void flush();
  [[noreturn]] void fail(const std::string& what);
  std::unique_ptr<State> state_;
};

}  // namespace test_support
