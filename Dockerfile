# wampd as a container: docs/docker.md. scripts/try-container does what stands here without Docker, and knows the
# instructions that scripts/dockerfile.py knows.
FROM debian:12-slim AS build
WORKDIR /wampd
# Alone, so that they are not installed anew when only a source has changed.
COPY scripts/install-packages scripts/
COPY debian/control debian/
RUN scripts/install-packages build
COPY . .
RUN cmake --preset release -DWAMPD_TESTS=OFF -DWAMPD_BENCH=OFF \
    && cmake --build --preset release \
    && DESTDIR=/image cmake --install build/release --component wampd --prefix /usr --strip

FROM debian:12-slim
# What the program is linked with; the test "container" compares.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libcbor0.8 libcjose0 libfmt9 libjansson4 libprometheus-cpp-core1.0 \
       libsodium23 libspdlog1.10 libsqlite3-0 libssl3 \
    && rm -rf /var/lib/apt/lists/*
# The home is where a volume for kept events belongs: a new one gets its owner. No log: that file is as long as the id is large.
RUN groupadd --gid 10001 wampd \
    && useradd --uid 10001 --gid wampd --no-log-init --no-create-home --home-dir /var/lib/wampd --shell /usr/sbin/nologin wampd \
    && install --directory --owner=wampd --group=wampd --mode=0700 /var/lib/wampd
COPY --from=build /image/usr/bin/wampd /usr/bin/
COPY LICENSE /usr/share/doc/wampd/
LABEL org.opencontainers.image.title="wampd" \
      org.opencontainers.image.description="A WAMP v2 router" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/debian:12-slim"
# As numbers, so that Kubernetes sees that it is not root.
USER 10001:10001
EXPOSE 8080
# Asks ws://127.0.0.1:8080/ws; WAMP_URL, WAMP_REALM and so on say something else.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["wampd", "ready", "--timeout", "2s"]
ENTRYPOINT ["wampd"]
# Whoever gives arguments of his own, such as a configuration file, gives them in the place of these.
CMD ["--ws", "0.0.0.0:8080"]
