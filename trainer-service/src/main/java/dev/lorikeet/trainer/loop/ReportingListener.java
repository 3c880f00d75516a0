package dev.lorikeet.trainer.loop;

import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.Command;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Phase;
import dev.lorikeet.trainer.attempt.StopReason;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import java.util.function.Consumer;

/** Passes an attempt's way on to the loop and the scheduler, unless the attempt has been given up. */
final class ReportingListener implements RunListener {
    private final AttemptKey key;
    private final RunControl control;
    private final Reports reports;
    private final Consumer<Command> commands;

    ReportingListener(AttemptKey key, RunControl control, Reports reports, Consumer<Command> commands) {
        this.key = key;
        this.control = control;
        this.reports = reports;
        this.commands = commands;
    }

    private boolean ours() {
        return control.stopReason()
                .map(reason -> reason != StopReason.LEASE_EXPIRED && reason != StopReason.SUPERSEDED)
                .orElse(true);
    }

    @Override
    public void phase(Phase phase) {
        commands.accept(new Command.NotePhase(key, phase));
    }

    @Override
    public void started(int resumedFromStep, DatasetUse dataset) {
        if (ours()) {
            reports.started(key, resumedFromStep, dataset);
        }
    }

    @Override
    public void progress(TrainingProgress progress) {
        if (ours()) {
            reports.progress(key, progress);
        }
    }

    @Override
    public void checkpointed(int step) {
        if (ours()) {
            reports.checkpointed(key, step);
        }
    }
}
