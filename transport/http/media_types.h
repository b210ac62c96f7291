// The media types of files, by the endings of their names.
//
// Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace transport {

// By ending: small letters, without the dot.
using MediaTypes = std::map<std::string, std::string, std::less<>>;

// Thirty or so that web pages are made of; before them goes what `system_file` says, which has a line "TYPE
// ENDING ENDING ..." for each type, if it is there.
MediaTypes known_media_types(const std::string& system_file = "/etc/mime.types");

// For Content-Type: what `own` says of the path's ending, or else `known`, or else that it is just bytes.
std::string media_type(std::string_view path, const MediaTypes& own, const MediaTypes& known);

}  // namespace transport
