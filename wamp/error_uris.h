// The URIs that WAMP predefines for errors and for closing (basic profile, "Basic Profile URIs"; advanced
// profile, "Advanced Profile URIs").
#pragma once

#include <string_view>

namespace wamp {

namespace error_uri {
constexpr std::string_view authentication_denied = "wamp.error.authentication_denied";
constexpr std::string_view authentication_failed = "wamp.error.authentication_failed";
constexpr std::string_view authentication_required = "wamp.error.authentication_required";
constexpr std::string_view authorization_failed = "wamp.error.authorization_failed";
constexpr std::string_view canceled = "wamp.error.canceled";
constexpr std::string_view feature_not_supported = "wamp.error.feature_not_supported";
constexpr std::string_view history_unavailable = "wamp.error.history_unavailable";  // Crossbar's
constexpr std::string_view invalid_argument = "wamp.error.invalid_argument";
constexpr std::string_view invalid_uri = "wamp.error.invalid_uri";
constexpr std::string_view network_failure = "wamp.error.network_failure";
constexpr std::string_view no_available_callee = "wamp.error.no_available_callee";
constexpr std::string_view no_matching_auth_method = "wamp.error.no_matching_auth_method";
constexpr std::string_view no_such_principal = "wamp.error.no_such_principal";
constexpr std::string_view no_such_procedure = "wamp.error.no_such_procedure";
constexpr std::string_view no_such_realm = "wamp.error.no_such_realm";
constexpr std::string_view no_such_registration = "wamp.error.no_such_registration";
constexpr std::string_view no_such_role = "wamp.error.no_such_role";
constexpr std::string_view no_such_session = "wamp.error.no_such_session";
constexpr std::string_view no_such_subscription = "wamp.error.no_such_subscription";
constexpr std::string_view not_authorized = "wamp.error.not_authorized";
constexpr std::string_view option_disallowed_disclose_me = "wamp.error.option_disallowed.disclose_me";
constexpr std::string_view option_not_allowed = "wamp.error.option_not_allowed";
constexpr std::string_view payload_size_exceeded = "wamp.error.payload_size_exceeded";
constexpr std::string_view procedure_already_exists = "wamp.error.procedure_already_exists";
constexpr std::string_view protocol_violation = "wamp.error.protocol_violation";
constexpr std::string_view timeout = "wamp.error.timeout";
constexpr std::string_view too_many_requests = "wamp.error.too_many_requests";  // ours: a limit was reached
constexpr std::string_view unavailable = "wamp.error.unavailable";
}  // namespace error_uri

namespace close_uri {
constexpr std::string_view close_realm = "wamp.close.close_realm";
constexpr std::string_view goodbye_and_out = "wamp.close.goodbye_and_out";
constexpr std::string_view killed = "wamp.close.killed";
constexpr std::string_view logout = "wamp.close.logout";  // Crossbar's: the cookie proves nothing any more
constexpr std::string_view normal = "wamp.close.normal";
constexpr std::string_view system_shutdown = "wamp.close.system_shutdown";
}  // namespace close_uri

}  // namespace wamp
