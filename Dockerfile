# An LTS release of Node.js by its exact version. `docker buildx imagetools inspect` shows the digest, and
# `--build-arg BASE=node:…@sha256:…` builds on exactly that image: docs/containers.md.
ARG BASE=node:22.23.3-trixie-slim

# ---- build: compile the native packages and the server, fetch and prepare the models -------------------------------
FROM ${BASE} AS build

# The image's own rule empties the cache that is mounted here.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
  --mount=type=cache,target=/var/lib/apt,sharing=locked \
  rm -f /etc/apt/apt.conf.d/docker-clean \
  && apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ make python3

WORKDIR /app

# Node's own headers lie in the base image, so native packages compile without another download.
ENV ORT_DISABLE_TELEMETRY=1 \
  npm_config_nodedir=/usr/local

COPY package.json package-lock.json ./
# One package has to be compiled. The install script of another would download a runtime for graphics cards. The secrets are
# for networks with a registry or an authority of their own: docs/containers.md.
RUN --mount=type=cache,target=/root/.npm \
  --mount=type=secret,id=npmrc,target=/root/.npmrc \
  --mount=type=secret,id=ca \
  npm ci --ignore-scripts && npm rebuild hnswlib-node

COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY models models
ARG MODEL_PACK=default
# Names of restricted licences that the builder accepts: docs/models.md.
ARG ACCEPT_LICENCE=
RUN --mount=type=cache,target=/root/.npm \
  --mount=type=secret,id=npmrc,target=/root/.npmrc \
  --mount=type=secret,id=ca \
  if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; npm run facesearch -- models

# What the server does not need at run time: tools and their types, sources of native packages, ONNX Runtime for other
# machines, sharp for another C library and for none, compiled scripts. npm 10 would fetch optional packages that are not for
# this machine, and remove them again.
RUN npm prune --omit=dev --ignore-scripts --offline \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src dist/scripts dist/.tsbuildinfo \
    node_modules/@img/*musl* node_modules/@img/sharp-wasm32 \
  && find node_modules/*/build -type f ! -path '*/build/Release/*.node' -delete \
  && find node_modules -path '*/prebuilds/*.node' ! -name "linux*-$(node --print process.arch).node" -delete \
  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d \
    ! -path "*/linux/$(node --print process.arch)" -exec rm -rf {} + \
  && find node_modules dist -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
  && find node_modules -type d -empty -delete \
  && chmod +x "$(node --print 'require("./package.json").bin.facesearch')"

# ---- the image ----------------------------------------------------------------------------------------------------
FROM ${BASE}

ARG BASE
ARG MODEL_PACK=default

LABEL org.opencontainers.image.title="FaceSearch server" \
  org.opencontainers.image.description="Self-hosted face search server that speaks the FaceSearch v4 REST API" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.base.name="${BASE}"

ENV MODEL_PACK=$MODEL_PACK \
  IMAGE_PACK=$MODEL_PACK \
  NODE_ENV=production \
  ORT_DISABLE_TELEMETRY=1 \
  HOST=0.0.0.0 \
  PORT=8080 \
  DATA_DIR=/data

WORKDIR /app

COPY --from=build /app/node_modules node_modules
COPY --from=build /app/models models
COPY --from=build /app/src/console src/console
COPY --from=build /app/dist dist
COPY LICENSE package.json ./
COPY --chmod=0755 deploy/entrypoint.sh /usr/local/bin/facesearch-entrypoint

# A volume that is new takes its owner from here.
RUN install --directory --owner=node --group=node --mode=0700 /data /backups \
  && ln -s "/app/$(node --print 'require("./package.json").bin.facesearch')" /usr/local/bin/facesearch
USER node
VOLUME /data
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["facesearch", "health"]

# Not through npm: the server itself is process 1 and closes gracefully on SIGTERM.
ENTRYPOINT ["facesearch-entrypoint"]
CMD ["facesearch", "serve"]
