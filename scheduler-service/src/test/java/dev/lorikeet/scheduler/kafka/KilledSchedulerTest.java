package dev.lorikeet.scheduler.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.scheduler.kafka.ScriptedTrainer.Play;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Schedulers in JVMs of their own, killed without warning while they work. */
class KilledSchedulerTest {
    private static final int JOBS = 30;

    @Test
    void everyJobIsDoneExactlyOnceThoughSchedulersAreKilled() throws IOException, InterruptedException {
        try (Backend backend = Backend.embedded()) {
            TopicSetup.ensure(Fixture.kafka(backend.bootstrapServers(), "setup"), 2);
            Path credentials = Fixture.credentials("acme");
            Process first = Fixture.spawn("first", backend, credentials);
            Process second = null;
            Process third = null;
            try (Tenants tenants = new Tenants(backend.bootstrapServers());
                    ScriptedTrainer trainer =
                            new ScriptedTrainer("t", backend.bootstrapServers(), Fixture.BASE, 2, _ -> Play.SUCCEED)) {
                submit(tenants, 0);
                tenants.awaitThat(() -> ended(tenants) >= 3);
                first.destroyForcibly().waitFor();

                // The same replica again: it leads at once.
                second = Fixture.spawn("first", backend, credentials);
                submit(tenants, JOBS);
                tenants.awaitThat(() -> ended(tenants) >= JOBS);

                // Another replica stands by, and takes over.
                third = Fixture.spawn("other", backend, credentials);
                submit(tenants, 2 * JOBS);
                tenants.awaitThat(() -> ended(tenants) >= JOBS + JOBS / 2);
                second.destroyForcibly().waitFor();
                tenants.awaitThat(() -> ended(tenants) >= 3 * JOBS);

                assertThat(ended(tenants)).isEqualTo(3 * JOBS);
                everyJobSucceededOnceWithoutGaps(tenants);
                noAttemptIsGivenTwice(trainer);
            } finally {
                end(first);
                end(second);
                end(third);
            }
        }
    }

    private static void end(@org.jspecify.annotations.Nullable Process process) throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private static void submit(Tenants tenants, int from) {
        for (int i = from; i < from + JOBS; i++) {
            tenants.publish("acme", """
                    {"adapter":"a","idempotencyKey":"k%d","inlineExamples":{"lines":["{\\"text\\":\\"x\\"}"]}}""".formatted(i));
        }
    }

    private static long ended(Tenants tenants) {
        return tenants.events().stream().filter(TrainingEvent::hasSucceeded).count();
    }

    private static void everyJobSucceededOnceWithoutGaps(Tenants tenants) {
        Map<String, List<TrainingEvent>> byJob =
                tenants.events().stream().collect(Collectors.groupingBy(TrainingEvent::getJob));
        assertThat(byJob).hasSize(3 * JOBS);
        byJob.forEach((job, events) -> {
            assertThat(events)
                    .as("events of %s", job)
                    .extracting(TrainingEvent::getSequence)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, events.size()).boxed().toList());
            assertThat(events.getLast().hasSucceeded()).isTrue();
            assertThat(events.getLast().getSucceeded().getAttempt()).isEqualTo(1);
        });
    }

    private static void noAttemptIsGivenTwice(ScriptedTrainer trainer) {
        assertThat(trainer.assignments()).hasSize(3 * JOBS);
        assertThat(trainer.assignments()).extracting(Assignment::getJob).doesNotHaveDuplicates();
    }
}
