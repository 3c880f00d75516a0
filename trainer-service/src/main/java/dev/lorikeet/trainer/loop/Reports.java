package dev.lorikeet.trainer.loop;

import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Effect;
import dev.lorikeet.trainer.attempt.TrainingProgress;

/**
 * The way to the scheduler. Calls return at once, from any thread; reports arrive in the order of the calls, all of them
 * surely while this process lives, except progress, of which only the newest need arrive.
 */
public interface Reports {
    /** Training of an attempt began. */
    void started(AttemptKey attempt, int resumedFromStep, DatasetUse dataset);

    /** It advanced. */
    void progress(AttemptKey attempt, TrainingProgress progress);

    /** It has a checkpoint in the object store. */
    void checkpointed(AttemptKey attempt, int step);

    /** It ended. */
    void ended(AttemptKey attempt, Effect.End end);

    /** This trainer takes no more work; what it still holds goes on until it is given back. */
    void stopping();
}
