package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Batching;
import dev.lorikeet.scheduler.request.TrainingSpec.Length;
import dev.lorikeet.scheduler.request.TrainingSpec.Lora;
import dev.lorikeet.scheduler.request.TrainingSpec.Optimizer;
import dev.lorikeet.scheduler.request.TrainingSpec.Schedule;
import dev.lorikeet.scheduler.request.TrainingSpec.Targets;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Ranges and defaults of method and hyper-parameters. Zero means "not set" where a zero makes no sense. */
final class TrainingRules {
    private static final String ALL_LINEAR = "all-linear";
    private static final Pattern MODULE = Pattern.compile("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*");
    private static final int MAX_ENTRIES = 256;
    private static final int MAX_PATTERN = 256;
    private static final int MAX_RANK = 256;
    private static final int MAX_LAYER = 4095;
    private static final double MAX_ALPHA = 65_536;

    private TrainingRules() {}

    static void check(Lora lora, Training training, List<Violation> found) {
        String method = "method.lora.";
        range(found, method + "rank", lora.rank(), 0, MAX_RANK);
        range(found, method + "alpha", lora.alpha(), 0, MAX_ALPHA);
        if (!(lora.dropout() >= 0 && lora.dropout() < 1)) {
            found.add(new Violation(
                    Code.OUT_OF_RANGE, method + "dropout", "is " + lora.dropout() + "; use 0 to below 1"));
        }
        modules(lora.targets().modules(), found);
        patterns(method + "rank_pattern", lora.targets().ranks(), found);
        lora.targets().ranks().forEach((key, rank) -> range(found, method + "rank_pattern." + key, rank, 1, MAX_RANK));
        patterns(method + "alpha_pattern", lora.targets().alphas(), found);
        lora.targets()
                .alphas()
                .forEach((key, alpha) -> range(found, method + "alpha_pattern." + key, alpha, 1e-6, MAX_ALPHA));
        layers(lora.targets().layers(), found);

        String settings = "hyperparameters.";
        range(found, settings + "epochs", training.length().epochs(), 0, 1_000);
        range(found, settings + "max_steps", training.length().maxSteps(), 0, 1_000_000);
        range(found, settings + "batch_size", training.batching().batchSize(), 0, 512);
        range(
                found,
                settings + "gradient_accumulation_steps",
                training.batching().gradientAccumulationSteps(),
                0,
                1_024);
        optimizer(training.optimizer(), training.length().maxSteps(), found);
        int longest = training.batching().maxSequenceLength();
        if (longest != 0) {
            range(found, settings + "max_sequence_length", longest, 8, 131_072);
        }
        range(found, settings + "checkpoint_every_steps", training.checkpointEverySteps(), 0, 1_000_000);
        range(found, settings + "report_every_steps", training.reportEverySteps(), 0, 1_000_000);
    }

    private static void optimizer(Optimizer optimizer, int maxSteps, List<Violation> found) {
        String settings = "hyperparameters.";
        range(found, settings + "learning_rate", optimizer.learningRate(), 0, 1);
        if (optimizer.schedule() == Schedule.UNKNOWN) {
            found.add(new Violation(
                    Code.INVALID_VALUE,
                    settings + "schedule",
                    "is not known; use LEARNING_RATE_SCHEDULE_COSINE, _CONSTANT or _LINEAR"));
        }
        optimizer
                .warmupSteps()
                .ifPresent(steps ->
                        range(found, settings + "warmup_steps", steps, 0, maxSteps == 0 ? 1_000_000 : maxSteps));
        optimizer.weightDecay().ifPresent(decay -> range(found, settings + "weight_decay", decay, 0, 1));
        optimizer.maxGradientNorm().ifPresent(norm -> range(found, settings + "max_gradient_norm", norm, 0, 1e6));
    }

    private static void modules(List<String> modules, List<Violation> found) {
        String field = "method.lora.target_modules";
        if (modules.size() > MAX_ENTRIES) {
            found.add(new Violation(Code.TOO_LARGE, field, "has more than " + MAX_ENTRIES + " entries"));
            return;
        }
        if (modules.contains(ALL_LINEAR) && modules.size() > 1) {
            found.add(new Violation(Code.INVALID_VALUE, field, "'all-linear' stands alone, without other names"));
        }
        for (int i = 0; i < modules.size(); i++) {
            String name = modules.get(i);
            if (!name.equals(ALL_LINEAR)
                    && (name.length() > MAX_PATTERN || !MODULE.matcher(name).matches())) {
                found.add(new Violation(
                        Code.INVALID_NAME, field + "[" + i + "]", "must be a module's name such as q_proj"));
            }
        }
        if (new HashSet<>(modules).size() < modules.size()) {
            found.add(new Violation(Code.INVALID_VALUE, field, "names a module twice"));
        }
    }

    private static void patterns(String field, Map<String, ?> patterns, List<Violation> found) {
        if (patterns.size() > MAX_ENTRIES) {
            found.add(new Violation(Code.TOO_LARGE, field, "has more than " + MAX_ENTRIES + " entries"));
        }
        for (String pattern : patterns.keySet()) {
            if (pattern.isEmpty() || pattern.length() > MAX_PATTERN || !compiles(pattern)) {
                found.add(new Violation(
                        Code.INVALID_VALUE,
                        field,
                        "must have module names or regular expressions of 1 to 256 characters as keys"));
                return;
            }
        }
    }

    private static boolean compiles(String pattern) {
        try {
            return Pattern.compile(pattern).flags() >= 0;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private static void layers(List<Integer> layers, List<Violation> found) {
        String field = "method.lora.layers_to_transform";
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < layers.size(); i++) {
            int layer = layers.get(i);
            range(found, field + "[" + i + "]", layer, 0, MAX_LAYER);
            if (!seen.add(layer)) {
                found.add(new Violation(Code.INVALID_VALUE, field + "[" + i + "]", "names layer " + layer + " twice"));
            }
            if (found.size() > MAX_ENTRIES) {
                return;
            }
        }
    }

    private static void range(List<Violation> found, String field, long value, long least, long most) {
        if (value < least || value > most) {
            found.add(new Violation(
                    Code.OUT_OF_RANGE, field, "is " + value + "; use " + least + " to " + most + orDefault(least)));
        }
    }

    private static void range(List<Violation> found, String field, double value, double least, double most) {
        // Negated so that NaN is outside.
        if (!(value >= least && value <= most)) {
            found.add(new Violation(
                    Code.OUT_OF_RANGE, field, "is " + value + "; use a number from " + least + " to " + most));
        }
    }

    private static String orDefault(long least) {
        return least == 0 ? " (0: the default)" : "";
    }

    static Lora resolve(Lora lora) {
        int rank = lora.rank() == 0 ? 8 : lora.rank();
        Targets targets = lora.targets();
        List<String> modules = targets.modules().isEmpty() ? List.of(ALL_LINEAR) : targets.modules();
        return new Lora(
                rank,
                lora.alpha() == 0 ? 2.0 * rank : lora.alpha(),
                lora.rankStabilized(),
                lora.dropout(),
                new Targets(modules, targets.ranks(), targets.alphas(), targets.layers()));
    }

    static Training resolve(Training training) {
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
                        orElse(batching.maxSequenceLength(), 512)),
                new Optimizer(
                        optimizer.learningRate() == 0 ? 2e-4 : optimizer.learningRate(),
                        optimizer.schedule() == Schedule.UNSET ? Schedule.COSINE : optimizer.schedule(),
                        warmup,
                        OptionalDouble.of(optimizer.weightDecay().orElse(0.01)),
                        OptionalDouble.of(optimizer.maxGradientNorm().orElse(1.0))),
                orElse(training.checkpointEverySteps(), 50),
                orElse(training.reportEverySteps(), 1));
    }

    private static int orElse(int value, int whenUnset) {
        return value == 0 ? whenUnset : value;
    }
}
