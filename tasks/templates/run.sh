#!/bin/sh
# Starts the node, from whatever folder; -Xshare and C1 alone keep the JVM's start short.
exec java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/classes" Main "$@"
