package dev.lorikeet.scheduler.kafka;

/** The flow on the embedded broker and store. */
class EmbeddedSchedulerFlowTest extends SchedulerFlow {
    @Override
    Backend backend() {
        return Backend.embedded();
    }
}
