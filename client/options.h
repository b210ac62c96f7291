// Where a session connects to, what is spoken there, and how it proves who it is.
//
// Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "serializers/format.h"
#include "wamp/value.h"

namespace client {

// What it can prove. Each secret is for the methods that are named with it; the others ignore it.
struct Login {
  // As HELLO offers them, in this order: "anonymous", "ticket", "wampcra", "scram", "wamp-scram",
  // "cryptosign", "tls", "jwt", "cookie". Empty: those whose secret is given below ("tls" for a client
  // certificate), or else "anonymous"; with a channel binding only those that it binds.
  std::vector<std::string> methods = {};
  std::string authid = {};
  std::string authrole = {};
  std::string ticket = {};       // "ticket"
  std::string password = {};     // "wampcra", "scram", "wamp-scram"
  std::string private_key = {};  // "cryptosign": 32 octets in hexadecimal
  std::string token = {};        // "jwt"
  std::string cookie = {};       // "NAME=VALUE", sent with the HTTP request of a WebSocket; "cookie"
  // Binds "wamp-scram" ("tls-exporter") or "cryptosign" (this, or "tls-unique") to the TLS connection. Empty:
  // not.
  std::string channel_binding = {};
  wamp::Dict authextra = {};  // further entries of HELLO.Details.authextra
};

// Files in PEM.
struct Tls {
  std::string authorities =
      {};  // who may have signed the server's certificate; empty: whom the system trusts
  std::string certificate = {};  // of the client, with its chain; empty: none
  std::string key = {};          // of that certificate, without a passphrase
  std::string server_name = {};  // that the server's certificate must have; empty: the URL's host
  // False: any certificate will do, so whoever is on the way may read and change everything.
  bool verify = true;
};

// A connection and a session on it.
struct Options {
  // ws://HOST[:PORT][/PATH], wss:// the same over TLS (ports 80 and 443, path /ws), rs://HOST:PORT and rss://
  // for RawSocket, and over a Unix domain socket ws+unix:///SOCKET[:/PATH], ws://unix:/SOCKET[:/PATH],
  // rs+unix:///SOCKET or rs://unix:/SOCKET.
  std::string url = "ws://127.0.0.1:8080/ws";
  std::string realm = "realm1";  // empty: the router's authenticator names it
  // The best first. Over a WebSocket the router chooses; RawSocket offers the first one only. At least one.
  std::vector<serializers::Format> serializers = {serializers::Format::msgpack, serializers::Format::cbor,
                                                  serializers::Format::json};
  Login login = {};
  Tls tls = {};
  // Further fields of the HTTP request of a WebSocket: name and value.
  std::vector<std::pair<std::string, std::string>> http_headers = {};
  wamp::Dict hello_details = {};  // further entries of HELLO.Details

  std::chrono::milliseconds timeout{10'000};  // from the beginning until the session has joined
  // Of silence before the router is pinged; 0: never. Over RawSocket only one that has sent a ping or a pong,
  // as others may end at a ping: of these the kernel asks theirs.
  std::chrono::milliseconds ping_interval{10'000};
  std::chrono::milliseconds ping_timeout{20'000};  // without an answer the connection counts as lost
  size_t max_message_size = size_t{16} << 20;      // bytes, of a message that comes in
  // Calls that have come to us and are not answered; more are refused with wamp.error.unavailable.
  size_t max_invocations = 10'000;
  size_t max_queued_bytes = size_t{64} << 20;  // that the router has not taken; above it it is lost
};

}  // namespace client
