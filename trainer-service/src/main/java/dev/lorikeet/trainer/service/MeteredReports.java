package dev.lorikeet.trainer.service;

import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Effect;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import dev.lorikeet.trainer.loop.Reports;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what is reported: {@code lorikeet.trainer.steps}, {@code .tokens}, {@code .checkpoints}, {@code .attempts} by
 * outcome, and {@code .loss} of the last step.
 */
final class MeteredReports implements Reports {
    private final Reports reports;
    private final MeterRegistry meters;
    private final Map<AttemptKey, Counted> counted = new ConcurrentHashMap<>();
    private volatile double lastLoss = Double.NaN;
    private volatile double tokensPerSecond;

    private record Counted(int step, long tokens) {}

    MeteredReports(Reports reports, MeterRegistry meters) {
        this.reports = reports;
        this.meters = meters;
        meters.gauge("lorikeet.trainer.loss", this, each -> each.lastLoss);
        meters.gauge("lorikeet.trainer.tokens.per.second", this, each -> each.tokensPerSecond);
    }

    @Override
    public void started(AttemptKey attempt, int resumedFromStep, DatasetUse dataset) {
        counted.put(attempt, new Counted(resumedFromStep, 0));
        reports.started(attempt, resumedFromStep, dataset);
    }

    @Override
    public void progress(AttemptKey attempt, TrainingProgress progress) {
        Counted now = new Counted(progress.step(), progress.tokens());
        Counted before = counted.put(attempt, now);
        if (before != null) {
            meters.counter("lorikeet.trainer.steps").increment(now.step - before.step);
            // The tokens of a resumed attempt include those before it: its first report tells only where it stands.
            if (before.tokens > 0 || before.step == 0) {
                meters.counter("lorikeet.trainer.tokens").increment((double) (now.tokens - before.tokens));
            }
        }
        lastLoss = progress.loss();
        tokensPerSecond = progress.pace().tokensPerSecond();
        reports.progress(attempt, progress);
    }

    @Override
    public void checkpointed(AttemptKey attempt, int step) {
        meters.counter("lorikeet.trainer.checkpoints").increment();
        reports.checkpointed(attempt, step);
    }

    @Override
    public void ended(AttemptKey attempt, Effect.End end) {
        counted.remove(attempt);
        tokensPerSecond = 0;
        meters.counter("lorikeet.trainer.attempts", "outcome", outcome(end)).increment();
        reports.ended(attempt, end);
    }

    @Override
    public void stopping() {
        reports.stopping();
    }

    private static String outcome(Effect.End end) {
        return switch (end) {
            case Effect.End.Succeeded _ -> "succeeded";
            case Effect.End.Failed failed -> failed.outcome().kind().name().toLowerCase(Locale.ROOT);
            case Effect.End.Cancelled _ -> "cancelled";
            case Effect.End.Preempted _ -> "preempted";
        };
    }
}
