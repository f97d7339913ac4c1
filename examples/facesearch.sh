#!/bin/sh
# FaceSearch with curl and jq: enrols a person, then says who is in each further photo.
#   FACESEARCH_URL=http://localhost:8080 FACESEARCH_KEY=fsk_… sh facesearch.sh ENROL.jpg PROBE.jpg…
set -eu

calls="${FACESEARCH_URL:-http://localhost:8080}/vision/ekyc/facesearch/v4"
collection="example-$(date +%s)-$$"
[ $# -ge 2 ] || { echo "usage: $0 ENROL.jpg PROBE.jpg…" >&2; exit 2; }

# call METHOD NAME FIELDS…: prints the reply. curl sends a refused call again by itself: it takes 429 and 503 for
# passing troubles and waits as long as the reply's Retry-After says. It prints the replies of all attempts.
call() {
  method=$1 name=$2
  shift 2
  reply=$(curl --silent --show-error --retry 4 --max-time 60 -H "api_key: $FACESEARCH_KEY" -X "$method" \
    -F "collection=$collection" "$@" "$calls/$name" | jq -cs last)
  # 404, 406, 407 and 410 are results; 400 and 412 say what to fix. Everything else is an error.
  case $(printf %s "$reply" | jq -r .code) in
    200 | 400 | 404 | 406 | 407 | 410 | 412) printf '%s\n' "$reply" ;;
    *) echo "$name failed: $reply" >&2; return 1 ;;
  esac
}

# A reply as one line: code, then the person or the text, then the cause that a 406 tells.
shown() {
  jq -r 'def hundredths: . * 100 | round | "\(. / 100 | floor).\("0\(. % 100)"[-2:])";
    "\(.code) " + (.data | if type == "object" then "\(.id) (\(.name)), similarity \(.similarity | hundredths)" else . end)
    + (if .reason then " (\(.reason))" else "" end)'
}

reply=$(call POST create -F id=an -F "name=Nguyễn Văn An")
echo "create: $(echo "$reply" | shown)"
trap 'reply=$(call DELETE delete_collection) && echo "delete_collection: $(echo "$reply" | shown)"' EXIT

reply=$(call POST add -F id=an -F "file=@$1")
echo "add $(basename "$1"): $(echo "$reply" | shown)"
shift
for photo in "$@"; do
  reply=$(call POST search -F "file=@$photo")
  echo "search $(basename "$photo"): $(echo "$reply" | shown)"
done

reply=$(call DELETE delete -F id=an)
echo "delete: $(echo "$reply" | shown)"
