package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Batching;
import dev.lorikeet.scheduler.request.TrainingSpec.Length;
import dev.lorikeet.scheduler.request.TrainingSpec.Optimizer;
import dev.lorikeet.scheduler.request.TrainingSpec.Schedule;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.TrainingSpec.Validation;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Ranges and defaults of hyper-parameters. Zero means "not set" where a zero makes no sense. */
final class TrainingRules {
    private static final int MAX_STEPS = 1_000_000;

    private TrainingRules() {}

    static void check(Training training, Check check) {
        check.range("epochs", training.length().epochs(), 0, 1_000);
        check.range("max_steps", training.length().maxSteps(), 0, MAX_STEPS);
        check.range("batch_size", training.batching().batchSize(), 0, 512);
        check.range("gradient_accumulation_steps", training.batching().gradientAccumulationSteps(), 0, 1_024);
        optimizer(training.optimizer(), training.length().maxSteps(), check);
        int longest = training.batching().maxSequenceLength();
        if (longest != 0) {
            check.range("max_sequence_length", longest, 8, 131_072);
        }
        validation(training.validation(), check);
        check.range("checkpoint_every_steps", training.checkpointEverySteps(), 0, MAX_STEPS);
        check.range("report_every_steps", training.reportEverySteps(), 0, MAX_STEPS);
    }

    private static void validation(Validation validation, Check check) {
        check.range("validation_split", validation.split(), 0, 0.5);
        check.range("evaluate_every_steps", validation.everySteps(), 0, MAX_STEPS);
        check.range("early_stopping_patience", validation.patience(), 0, 1_000);
        if (validation.patience() > 0 && validation.split() == 0) {
            check.wrong(
                    Code.INVALID_VALUE, "early_stopping_patience", "needs a validation_split to measure the loss over");
        }
    }

    private static void optimizer(Optimizer optimizer, int maxSteps, Check check) {
        check.range("learning_rate", optimizer.learningRate(), 0, 1);
        if (optimizer.schedule() == Schedule.UNKNOWN) {
            check.wrong(
                    Code.INVALID_VALUE,
                    "schedule",
                    "is not known; use LEARNING_RATE_SCHEDULE_COSINE, _CONSTANT or _LINEAR");
        }
        optimizer
                .warmupSteps()
                .ifPresent(steps -> check.range("warmup_steps", steps, 0, maxSteps == 0 ? MAX_STEPS : maxSteps));
        optimizer.weightDecay().ifPresent(decay -> check.range("weight_decay", decay, 0, 1));
        optimizer.maxGradientNorm().ifPresent(norm -> check.range("max_gradient_norm", norm, 0, 1e6));
    }

    static Training resolve(Training training, Method method) {
        int maxSteps = training.length().maxSteps();
        Batching batching = training.batching();
        Optimizer optimizer = training.optimizer();
        // With epochs alone the number of steps is the dataset's: the trainer works out the 3 % when it knows it.
        OptionalInt warmup = optimizer.warmupSteps().isPresent() || maxSteps == 0
                ? optimizer.warmupSteps()
                : OptionalInt.of((int) Math.ceil(0.03 * maxSteps));
        return new Training(
                new Length(orElse(training.length().epochs(), 3), maxSteps),
                new Batching(
                        orElse(batching.batchSize(), 4),
                        orElse(batching.gradientAccumulationSteps(), 1),
                        orElse(batching.maxSequenceLength(), 512),
                        batching.gradientCheckpointing(),
                        batching.packing()),
                new Optimizer(
                        optimizer.learningRate() == 0 ? method.learningRate() : optimizer.learningRate(),
                        optimizer.schedule() == Schedule.UNSET ? Schedule.COSINE : optimizer.schedule(),
                        warmup,
                        OptionalDouble.of(optimizer.weightDecay().orElse(0.01)),
                        OptionalDouble.of(optimizer.maxGradientNorm().orElse(1.0))),
                new Validation(
                        training.validation().split(),
                        orElse(training.validation().everySteps(), 20),
                        training.validation().patience()),
                orElse(training.checkpointEverySteps(), 50),
                orElse(training.reportEverySteps(), 1));
    }

    private static int orElse(int value, int whenUnset) {
        return value == 0 ? whenUnset : value;
    }
}
