// A principal as a dynamic authenticator tells it, in Crossbar's vocabulary.
//
// Pure; any thread.
#pragma once

#include <string>
#include <variant>

#include "router/config/authentication.h"
#include "wamp/value.h"

namespace router::auth {

// A string is a role, a dictionary has: role, realm, authid, extra, ticket, secret, salt, iterations, keylen,
// kdf, memory, stored-key, server-key, pubkey, authorized_keys. Or what is wrong with it, for the log.
std::variant<config::Principal, std::string> read_principal(const wamp::Value& answer,
                                                            const std::string& method);

}  // namespace router::auth
