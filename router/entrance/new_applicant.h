// What authentication and authorization are told of a client, as far as its connection tells it.
#pragma once

#include "router/auth/proofs/applicant.h"
#include "router/entrance/entrance.h"
#include "transport/connection/connection.h"

namespace router {

// The connection outlives the applicant.
auth::Applicant new_applicant(const Arrival& arrival, const Entrance& entrance,
                              const transport::Connection& connection);

// What an authorizer is told of the client's transport, in Crossbar's words: what an authenticator is,
// without the headers that would let it come in as the client.
wamp::Dict transport_without_secrets(const Arrival& arrival, const transport::Connection& connection);

}  // namespace router
