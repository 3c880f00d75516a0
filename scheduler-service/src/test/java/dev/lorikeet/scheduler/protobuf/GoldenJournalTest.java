package dev.lorikeet.scheduler.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.proto.scheduler.v1.JournalRecord;
import dev.lorikeet.proto.scheduler.v1.JournalRecord.RecordCase;
import dev.lorikeet.proto.training.v1.Job;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.SchedulerState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Journals that were written once are understood for ever. */
class GoldenJournalTest {
    private static List<String> lines(String name) {
        try (InputStream in = GoldenJournalTest.class.getResourceAsStream("/journal/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JournalRecord> journal() throws IOException {
        List<JournalRecord> journal = new ArrayList<>();
        for (String line : lines("v1.jsonl")) {
            JournalRecord.Builder kept = JournalRecord.newBuilder();
            JsonFormat.parser().merge(line, kept);
            journal.add(kept.build());
        }
        return journal;
    }

    @Test
    void oldJournalFoldsToTheSameJobs() throws IOException {
        SchedulerState state = new SchedulerState();
        journal().forEach(kept -> state.apply(JournalParser.toEntry(kept)));

        List<Job> expected = new ArrayList<>();
        for (String line : lines("v1-jobs.jsonl")) {
            Job.Builder job = Job.newBuilder();
            JsonFormat.parser().merge(line, job);
            expected.add(job.build());
        }
        assertThat(state.jobs().stream().map(JobMapper::toProto)).containsExactlyElementsOf(expected);
    }

    @Test
    void entriesSurviveWritingAndReading() throws IOException {
        for (JournalRecord kept : journal()) {
            JournalEntry entry = JournalParser.toEntry(kept);

            assertThat(JournalWriter.toProto(entry)).isEqualTo(kept);
        }
    }

    @Test
    void everyKindOfRecordIsInTheJournal() throws IOException {
        Set<RecordCase> missing = EnumSet.allOf(RecordCase.class);
        missing.remove(RecordCase.RECORD_NOT_SET);
        journal().forEach(kept -> missing.remove(kept.getRecordCase()));

        assertThat(missing).isEmpty();
    }
}
