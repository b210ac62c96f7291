# The third-party libraries, all of them Debian packages, as SYSTEM include targets.
find_package(Threads REQUIRED)

function(wampd_header_library name header package)
  find_path(WAMPD_${name}_INCLUDE ${header})
  if(NOT WAMPD_${name}_INCLUDE)
    message(FATAL_ERROR "${header} not found: install the Debian package ${package} (scripts/install-packages does it)")
  endif()
  add_library(wampd::${name} INTERFACE IMPORTED)
  target_include_directories(wampd::${name} SYSTEM INTERFACE ${WAMPD_${name}_INCLUDE})
endfunction()

wampd_header_library(asio asio.hpp libasio-dev)
# Without the last one it depends on what was included before how Asio gets memory, and two files may differ.
target_compile_definitions(wampd::asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC)
target_link_libraries(wampd::asio INTERFACE Threads::Threads)
wampd_header_library(websocketpp websocketpp/version.hpp libwebsocketpp-dev)
wampd_header_library(rapidjson rapidjson/reader.h rapidjson-dev)
wampd_header_library(msgpack msgpack.hpp libmsgpack-cxx-dev)
target_compile_definitions(wampd::msgpack INTERFACE MSGPACK_NO_BOOST)
wampd_header_library(cbor cbor.h libcbor-dev)
target_link_libraries(wampd::cbor INTERFACE cbor)
wampd_header_library(cli11 CLI/CLI.hpp libcli11-dev)
wampd_header_library(sodium sodium.h libsodium-dev)
target_link_libraries(wampd::sodium INTERFACE sodium)
wampd_header_library(cjose cjose/cjose.h libcjose-dev)
target_link_libraries(wampd::cjose INTERFACE cjose)
# Its own CMake package wants the packages of what we do not use: a web server and curl.
wampd_header_library(prometheus prometheus/text_serializer.h prometheus-cpp-dev)
target_link_libraries(wampd::prometheus INTERFACE prometheus-cpp-core)
find_package(OpenSSL 3.0 REQUIRED)  # libssl-dev
find_package(ZLIB REQUIRED)  # zlib1g-dev
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)  # libsqlite3-dev

# Optional: libnats-dev
find_path(WAMPD_NATS_INCLUDE nats/nats.h)
find_library(WAMPD_NATS_LIBRARY nats)
if(WAMPD_NATS_INCLUDE AND WAMPD_NATS_LIBRARY)
  wampd_header_library(nats nats/nats.h libnats-dev)
  target_link_libraries(wampd::nats INTERFACE ${WAMPD_NATS_LIBRARY})
else()
  message(STATUS "NATS client not found (Debian package libnats-dev): no cluster, and no comparison with NATS")
endif()
