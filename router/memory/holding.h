// Kinds of memory that the router holds for a client, beside those of its connection, and what all are called
// in the metrics.
#pragma once

#include <array>
#include <string_view>

#include "transport/memory/account.h"

namespace router::holding {

using transport::Holding;
using transport::holding_of_receiver;

constexpr Holding session = holding_of_receiver(0);  // who it is, and what it says to get in
constexpr Holding events = holding_of_receiver(1);   // that wait for a slow subscriber
// That wait for an authorizer, or for the sign of life of a registration's holder; and what answers to
// questions about the router are made of.
constexpr Holding requests = holding_of_receiver(2);
constexpr Holding subscriptions = holding_of_receiver(3);
constexpr Holding registrations = holding_of_receiver(4);
constexpr Holding calls = holding_of_receiver(5);  // in flight; most of it of those that may be sent again
constexpr Holding testaments = holding_of_receiver(6);
// Of a realm, not of a client: they outlive it.
constexpr Holding retained_events = holding_of_receiver(7);
constexpr Holding histories = holding_of_receiver(8);
constexpr Holding routes = holding_of_receiver(9);  // that its workers have found, to find them again

constexpr std::array<std::string_view, transport::max_holdings> names = {
    "connection",    "input", "output",     "session",         "events",    "requests", "subscriptions",
    "registrations", "calls", "testaments", "retained_events", "histories", "routes"};

}  // namespace router::holding
