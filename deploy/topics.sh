#!/bin/sh
# Creates the platform's topics:  topics.sh <bootstrap server> [replication factor] [request partitions]
# Needs Kafka's kafka-topics.sh on the PATH or in /opt/kafka/bin. Safe to run again.
set -eu
PATH="$PATH:/opt/kafka/bin"
server=${1:?bootstrap server} replicas=${2:-1} partitions=${3:-6}
topic() {
  name=$1 count=$2
  shift 2
  kafka-topics.sh --bootstrap-server "$server" --create --if-not-exists --topic "$name" \
    --partitions "$count" --replication-factor "$replicas" "$@"
}
topic lorikeet.training.requests "$partitions"
topic lorikeet.training.events "$partitions"
# Requests that wait for the object store; only the scheduler reads and writes it.
topic lorikeet.training.deferred "$partitions"
topic lorikeet.training.dead-letters 1
# One partition: the journal's total order is the scheduler's state. Never expires.
topic lorikeet.scheduler.journal 1 --config retention.ms=-1
topic lorikeet.trainer.assignments 1
topic lorikeet.trainer.reports 1
topic lorikeet.adapter.events 1 --config cleanup.policy=compact
topic lorikeet.usage.events "$partitions"
