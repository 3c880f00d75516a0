package dev.lorikeet.trainer.loop;

import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Phase;
import dev.lorikeet.trainer.attempt.TrainingProgress;

/** Hears of one attempt's way; calls return at once and may come from any thread. */
public interface RunListener {
    /** It came to its next phase. */
    void phase(Phase phase);

    /** Training begins, at step 0 or at a checkpoint's. */
    void started(int resumedFromStep, DatasetUse dataset);

    /** It advanced. */
    void progress(TrainingProgress progress);

    /** A checkpoint is in the object store. */
    void checkpointed(int step);
}
