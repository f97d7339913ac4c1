#!/bin/sh
# The image's entry point: says at once what could not work, and becomes the server.
# IMAGE_PACK is the pack that the image was built with.
set -eu
if [ "${MODEL_PACK:-$IMAGE_PACK}" != "$IMAGE_PACK" ] && [ -z "${MODEL_MANIFEST:-}" ]; then
  echo "This image holds the models of MODEL_PACK=$IMAGE_PACK only; build one for \"$MODEL_PACK\" with: docker build --build-arg MODEL_PACK=$MODEL_PACK --tag facesearch-server:$MODEL_PACK ." >&2
  exit 78
fi
exec "$@"
