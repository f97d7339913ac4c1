# syntax=docker/dockerfile:1

# ---- build: compile the native packages and the server, fetch and prepare the models -------------------------------
FROM node:24-bookworm-slim AS build

RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ make python3 \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app

COPY package.json package-lock.json .npmrc ./
# Node's own headers lie in the base image, so native packages compile without another download.
RUN npm_config_nodedir=/usr/local npm ci

COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY models models
ARG MODEL_PACK=default
RUN npm run facesearch -- models

# What the server does not need at run time: tools, sources of native packages, and ONNX Runtime for other systems.
RUN npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src node_modules/*/build/Release/obj* \
  && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 -type d ! -name linux -exec rm -rf {} +

# ---- the image ----------------------------------------------------------------------------------------------------
FROM node:24-bookworm-slim

ARG MODEL_PACK=default
ENV MODEL_PACK=$MODEL_PACK \
  NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=8080 \
  DATA_DIR=/data

WORKDIR /app

COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/models models
COPY --from=build /app/dist dist
COPY --from=build /app/src/console src/console

RUN chmod +x dist/src/main.js && ln -s /app/dist/src/main.js /usr/local/bin/facesearch
RUN install --directory --owner=node --group=node --mode=0700 /data
USER node
VOLUME /data
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["facesearch", "health"]

# Not through npm: the server itself is process 1 and closes gracefully on SIGTERM.
CMD ["facesearch", "serve"]
