package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.TrainingJob;

/**
 * Most that one job may train. Training holds several float32 numbers for each value, beside the base model: a tenant who
 * asks for full tuning of a large one shall be told, and not bring the trainer down.
 *
 * @param values trained values, at least 1
 */
public record SizeLimit(long values) {
    public SizeLimit {
        if (values < 1) {
            throw new IllegalArgumentException("the limit of trained parameters must be positive: " + values);
        }
    }

    /**
     * Looks at a job before anything is held for it.
     *
     * @param examples that it trains on
     * @throws FailRun with kind invalid input if it is too large, or cannot be trained at all
     */
    void check(BaseModel model, TrainingJob job, Examples examples) {
        int trained;
        try {
            trained = RunStart.config(
                            model,
                            job,
                            EngineSettings.options(job, examples.encoded().size()),
                            examples)
                    .method(model.config())
                    .size();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw RunStart.refused(e);
        }
        if (trained > values) {
            throw new FailRun(
                    FailureKind.INVALID_INPUT,
                    "the job would train " + trained + " parameters; this trainer trains at most " + values
                            + ": choose fewer modules, a lower rank, or another method",
                    null);
        }
    }
}
