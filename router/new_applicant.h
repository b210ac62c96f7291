// What authentication is told of a client, as far as its connection tells it.
#pragma once

#include "router/auth/applicant.h"
#include "router/entrance.h"
#include "transport/connection.h"

namespace router {

// The connection outlives the applicant.
auth::Applicant new_applicant(const Arrival& arrival, const Entrance& entrance,
                              const transport::Connection& connection);

}  // namespace router
