package dev.lorikeet.trainer.training;

import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Phase;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import dev.lorikeet.trainer.loop.RunListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Records an attempt's way, and does something at a step or phase. */
final class ScriptedListener implements RunListener {
    final List<Integer> resumedFrom = new CopyOnWriteArrayList<>();
    final List<DatasetUse> dataset = new CopyOnWriteArrayList<>();
    final List<TrainingProgress> progress = new CopyOnWriteArrayList<>();
    final List<Integer> checkpoints = new CopyOnWriteArrayList<>();
    final List<Phase> phases = new CopyOnWriteArrayList<>();
    private final IntConsumer atStep;
    private final Consumer<Phase> atPhase;

    ScriptedListener(IntConsumer atStep, Consumer<Phase> atPhase) {
        this.atStep = atStep;
        this.atPhase = atPhase;
    }

    @Override
    public void phase(Phase phase) {
        phases.add(phase);
        atPhase.accept(phase);
    }

    @Override
    public void started(int resumedFromStep, DatasetUse use) {
        dataset.add(use);
        resumedFrom.add(resumedFromStep);
    }

    @Override
    public void progress(TrainingProgress newest) {
        progress.add(newest);
        atStep.accept(newest.step());
    }

    @Override
    public void checkpointed(int step) {
        checkpoints.add(step);
    }
}
