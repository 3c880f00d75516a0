package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.data.ClassEncoder;
import dev.lorikeet.engine.data.DatasetReader;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.data.Example;
import dev.lorikeet.engine.data.ExampleEncoder;
import dev.lorikeet.engine.data.Labels;
import dev.lorikeet.engine.data.Problem;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.registry.dataset.Datasets;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.TooLarge;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.EngineMethod;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Fetches and validates a job's examples: all of them, or none. */
final class ExampleSource {
    private static final Logger LOG = Logger.getLogger(ExampleSource.class);
    private static final int MOST_ERRORS = 100;
    private static final int LONGEST_REASON = 500;

    private final BaseModel model;
    private final Datasets datasets;

    ExampleSource(BaseModel model, Datasets datasets) {
        this.model = model;
        this.datasets = datasets;
    }

    /**
     * Reads the dataset, its digest verified.
     *
     * @throws FailRun with kind invalid input if it is missing, too large, not what its address says, or has errors
     * @throws IOException if the connection breaks
     */
    DatasetReader.Result read(TrainingJob job) throws IOException {
        DatasetReader.Result result;
        try (InputStream stream = datasets.open(job.dataset())) {
            result = DatasetReader.read(stream);
        } catch (NotFound | TooLarge | Corrupt e) {
            throw new FailRun(FailureKind.INVALID_INPUT, "the dataset cannot be used: " + e.getMessage(), e);
        }
        if (result.problemCount() > 0) {
            throw invalid(result.problems(), result.problemCount());
        }
        if (result.examples().isEmpty()) {
            throw new FailRun(FailureKind.INVALID_INPUT, "the dataset has no examples", null);
        }
        return result;
    }

    /**
     * Tokens of the examples, by the base model's tokenizer and chat template. An example whose prompt alone fills the
     * longest sequence has nothing to learn from and is left out; the first such lines are told.
     *
     * @throws FailRun with kind invalid input if that is every one, one cannot be encoded, some have a picture where the
     *     method reads none or none where it does, or a label where the model is no encoder or none where it is
     */
    Examples encode(DatasetReader.Result dataset, TrainingJob job, Checks checks) {
        List<String> labels = labels(dataset, EngineMethod.of(job));
        Function<Example, EncodedExample> encoder = encoder(job, labels);
        List<Example> examples = dataset.examples();
        List<EncodedExample> encoded = new ArrayList<>(examples.size());
        List<Long> unlabelled = new ArrayList<>();
        int number = 0;
        for (Example example : examples) {
            if (number++ % 256 == 0) {
                checks.goOn();
            }
            EncodedExample each;
            try {
                each = encoder.apply(example);
            } catch (IllegalArgumentException e) {
                throw new FailRun(
                        FailureKind.INVALID_INPUT,
                        "line " + dataset.lines().get(number - 1) + " cannot be encoded: " + e.getMessage(),
                        e);
            }
            if (each.labelledTokens() > 0) {
                encoded.add(each);
            } else if (unlabelled.size() < MOST_ERRORS) {
                unlabelled.add(dataset.lines().get(number - 1));
            }
        }
        if (encoded.isEmpty()) {
            throw new FailRun(
                    FailureKind.INVALID_INPUT,
                    "no example has a token to learn within hyperparameters.max_sequence_length = "
                            + job.hyperparameters().maxTokens() + "; raise it or shorten the prompts",
                    null);
        }
        if (encoded.size() < examples.size()) {
            LOG.infof(
                    "%d of %d examples have nothing to learn from", examples.size() - encoded.size(), examples.size());
        }
        long truncated = encoded.stream().filter(EncodedExample::truncated).count();
        double share = job.hyperparameters().validation().split();
        if (share > 0 && encoded.size() < 2) {
            throw new FailRun(
                    FailureKind.INVALID_INPUT,
                    "hyperparameters.validation_split needs at least two examples with something to learn",
                    null);
        }
        Examples.Split split = Examples.split(encoded, share, job.seed());
        return new Examples(
                split.train(),
                split.heldOut(),
                new DatasetUse(
                        split.train().size(),
                        split.heldOut().size(),
                        truncated,
                        examples.size() - encoded.size(),
                        unlabelled),
                labels);
    }

    /** What turns an example into tokens, and a label of it into a number. */
    private Function<Example, EncodedExample> encoder(TrainingJob job, List<String> labels) {
        int longest = Math.min(job.hyperparameters().maxTokens(), model.config().contextLength());
        if (labels.isEmpty()) {
            return new ExampleEncoder(model.tokenizer(), model.chatTemplate(), longest)::encode;
        }
        ClassEncoder encoder =
                new ClassEncoder(model.tokenizer(), model.config().tokenTypes(), labels, longest);
        return example -> {
            if (example instanceof Example.Classified classified) {
                return encoder.encode(classified);
            }
            throw new IllegalArgumentException("there is no label");
        };
    }

    /** The labels over an encoder, none over a model that continues texts. */
    private List<String> labels(DatasetReader.Result dataset, EngineMethod method) {
        if (model.config().blueprint().encoder()) {
            Labels labels = Labels.of(dataset, method.labels());
            if (!labels.problems().isEmpty()) {
                throw invalid(labels.problems(), labels.problems().size());
            }
            return labels.names();
        }
        if (!method.labels().isEmpty()) {
            throw new FailRun(
                    FailureKind.INVALID_INPUT,
                    "labels are for base models that are encoders (bert, roberta); " + model.name() + " is a "
                            + model.config().family().modelType(),
                    null);
        }
        List<Problem> classified = Labels.unwanted(dataset);
        if (!classified.isEmpty()) {
            throw invalid(classified, classified.size());
        }
        requirePictures(dataset, method);
        return List.of();
    }

    private static void requirePictures(DatasetReader.Result dataset, EngineMethod method) {
        boolean wanted = method.recipe().pictures();
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < dataset.examples().size(); i++) {
            if (dataset.examples().get(i) instanceof Example.Pictured != wanted) {
                problems.add(new Problem(
                        dataset.lines().get(i),
                        wanted
                                ? "there is no image, and the method " + method.name() + " needs one in every example"
                                : "the method " + method.name() + " learns from texts alone; one with an image needs"
                                        + " the method vora"));
            }
        }
        if (!problems.isEmpty()) {
            throw invalid(problems, problems.size());
        }
    }

    private static FailRun invalid(List<Problem> problems, long problemCount) {
        List<RunOutcome.DatasetError> errors =
                problems.stream().limit(MOST_ERRORS).map(ExampleSource::error).toList();
        String count = problemCount == 1 ? "1 error" : problemCount + " errors";
        String shown = errors.size() < problemCount ? ", the first " + errors.size() + " are listed" : "";
        return new FailRun(
                new RunOutcome.Failed(
                        FailureKind.INVALID_INPUT,
                        "the dataset has " + count + shown + "; nothing was trained",
                        errors),
                null);
    }

    private static RunOutcome.DatasetError error(Problem problem) {
        String reason = problem.reason();
        return new RunOutcome.DatasetError(
                problem.line(),
                reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "...");
    }
}
